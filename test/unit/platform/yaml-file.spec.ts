import { readFileSync } from 'node:fs';
import { ConfigurationError, type Variables } from '../../../src/platform/config/environment.js';
import { readYamlFile } from '../../../src/platform/config/yaml-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file = temporaryFolder();

function read(text: string, variables: Variables = {}): unknown {
  return readYamlFile(file('sites.yaml', text), variables);
}

function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

it('a file is read as it is', () => {
  expect(read('sites:\n  - id: a\n    port: 443\n    on: true\n    none: null\n')).toEqual({
    sites: [{ id: 'a', port: 443, on: true, none: null }],
  });
});

describe('${NAME}', () => {
  it('is the value of the variable, anywhere in a text and in any depth', () => {
    const text =
      'sites:\n  - user: ${USER_A}\n    url: https://${HOST_A}:${PORT_A}/\n    deep: [{ x: "${USER_A}" }]\n';
    expect(read(text, { USER_A: 'ada', HOST_A: 'h', PORT_A: '8' })).toEqual({
      sites: [{ user: 'ada', url: 'https://h:8/', deep: [{ x: 'ada' }] }],
    });
  });

  it('is not looked into again: a value may hold a dollar and braces', () => {
    expect(read('password: ${SECRET_A}', { SECRET_A: 'a${SECRET_B}$&' })).toEqual({
      password: 'a${SECRET_B}$&',
    });
  });

  it('that is not set is told with the place and the name, all at once', () => {
    const faults = faultsOf(() => read('sites:\n  - user: ${USER_A}\n    password: ${SECRET_A}\n'));
    expect(faults).toEqual([
      'sites[0].user needs the environment variable USER_A, which is not set: set it.',
      'sites[0].password needs the environment variable SECRET_A, which is not set: set it.',
    ]);
  });

  it('leaves other uses of the dollar alone', () => {
    expect(read("price: '$5 ${ } $NAME'")).toEqual({ price: '$5 ${ } $NAME' });
  });
});

describe('a field that ends in File', () => {
  it('is the field without it, holding what the file holds, without its last line break', () => {
    file('secret.txt', ' a secret\n');
    expect(read('passwordFile: secret.txt')).toEqual({ password: ' a secret' });
    expect(read(`passwordFile: ${file('other.txt', 'absolute')}`)).toEqual({ password: 'absolute' });
  });

  it('stays what it is where a file is meant', () => {
    file('ca.pem', 'an authority');
    const { tls } = read('tls: { caFile: ca.pem }') as { tls: { caFile: string } };
    expect(readFileSync(tls.caFile, 'utf8')).toBe('an authority');
  });

  it('must name a file that is there', () => {
    expect(faultsOf(() => read('tls: { caFile: nowhere.pem }'))).toEqual([
      'tls.caFile names the file nowhere.pem, which cannot be read: put it there.',
    ]);
  });

  it('whose file cannot be read is told', () => {
    expect(faultsOf(() => read('sites: [{ passwordFile: nowhere.txt }]'))).toEqual([
      'sites[0].passwordFile names the file nowhere.txt, which cannot be read: write the secret there.',
    ]);
  });

  it.each(['password: x\npasswordFile: secret.txt', 'passwordFile: secret.txt\npassword: x'])(
    'beside the field itself is one too many: %j',
    (text) => {
      file('secret.txt', 's');
      expect(faultsOf(() => read(text))).toEqual([
        expect.stringContaining('passwordFile and password are both given') as string,
      ]);
    },
  );
});

it('a file that is not there is told, and the setting that leads to it', () => {
  expect(faultsOf(() => readYamlFile('/nowhere/sites.yaml', {}))).toEqual([
    expect.stringMatching(/^\/nowhere\/sites\.yaml cannot be read: .*SITES_FILE/) as string,
  ]);
});

it('a file that is not YAML is told with the place, without showing what is in it', () => {
  const [fault] = faultsOf(() => read('sites:\n  - password: "a-secret\n'));
  expect(fault).toMatch(/is not YAML: .*line \d+/);
  expect(fault).not.toContain('a-secret');
});
