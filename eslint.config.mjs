import tseslint from 'typescript-eslint';

const NO_ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'Settings come from src/platform/config/environment.ts, where they are checked and documented.',
};
const NO_OWN_CLOCK = {
  object: 'Date',
  property: 'now',
  message: 'Take a Clock (src/platform/clock.ts): tests must be able to set the time.',
};
const NO_OWN_DATE = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: NO_OWN_CLOCK.message,
};
const BLIND_TLS =
  'Trust is a setting of the site: a CA file or a fingerprint (src/platform/http/tls-trust.ts).';
/** Whatever is not the word `true` could be false. */
const NO_BLIND_TLS = [
  'Property:matches([key.name="rejectUnauthorized"], [key.value="rejectUnauthorized"]):not([value.value=true])',
  'AssignmentExpression:matches([left.property.name="rejectUnauthorized"], [left.property.value="rejectUnauthorized"])',
].map((selector) => ({ selector, message: BLIND_TLS }));
const NO_TLS_SWITCH = {
  selector:
    'AssignmentExpression:matches([left.property.name="NODE_TLS_REJECT_UNAUTHORIZED"], [left.property.value="NODE_TLS_REJECT_UNAUTHORIZED"])',
  message: BLIND_TLS,
};
const NO_OLD_TLS = {
  selector: 'Property[key.name=/^(min|max)Version$/][value.value=/^TLSv1(\\.1)?$/]',
  message: 'TLS 1.2 or later.',
};
const TLS_RULES = [...NO_BLIND_TLS, NO_TLS_SWITCH, NO_OLD_TLS];

export default tseslint.config(
  { ignores: ['dist', 'build', 'build-*', 'node_modules', '.data'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': ['error', ...TLS_RULES],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      // Nest reads constructor parameter types at run time: a type-only import would erase them.
      '@typescript-eslint/consistent-type-imports': 'off',
      'no-restricted-properties': ['error', NO_ENVIRONMENT, NO_OWN_CLOCK],
      'no-restricted-syntax': ['error', ...TLS_RULES, NO_OWN_DATE],
    },
  },
  {
    // The one reader of the environment.
    files: ['src/platform/config/environment.ts'],
    rules: { 'no-restricted-properties': ['error', NO_OWN_CLOCK] },
  },
  {
    // The one clock.
    files: ['src/platform/clock.ts'],
    rules: { 'no-restricted-properties': ['error', NO_ENVIRONMENT] },
  },
  {
    // It fetches the certificate whose fingerprint is then compared; nothing is ever sent on that connection.
    files: ['src/platform/http/tls-trust.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_TLS_SWITCH, NO_OLD_TLS, NO_OWN_DATE] },
  },
  {
    // It proves that the switch changes nothing.
    files: ['test/unit/platform/tls-trust.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...NO_BLIND_TLS, NO_OLD_TLS] },
  },
);
