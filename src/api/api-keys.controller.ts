import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { AuditTrail } from '../access/audit-trail.js';
import { ApiKeysService, type KeyKeeper } from '../access/keys/api-keys.service.js';
import { Clock } from '../platform/clock.js';
import { ProviderRegistry } from '../providers/registry.js';
import { decisionOf } from './access/decisions.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf, type AuthenticatedRequest } from './access/request-access.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import {
  ApiKeyDto,
  ApiKeyListDto,
  ApiKeyWithSecretDto,
  CreateApiKeyDto,
  RotateKeySecretDto,
  UpdateApiKeyDto,
} from './dto/api-keys.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { invalidRequest } from './http/invalid-request.js';
import { nextPageLink } from './http/next-page-link.js';
import { grantFaults, siteFaults } from './key-grants.js';
import { presentApiKey, presentGivenOut } from './presenters/api-key.presenter.js';
import { presentPage } from './presenters/page.presenter.js';

const GIVES_NOT =
  'Nobody gives away what they do not hold themselves: a right that is not held there, or `access:manage` that is not held there, is a 403 that names the place; nor may a key make one that outlives it.';

@ApiTags('API keys')
@ApiBearerAuth()
@Needs('access:manage')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeysService,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Make an API key',
    description: `The key is in this answer only; what is kept is its SHA-256. ${GIVES_NOT}`,
  })
  @ApiCreatedResponse({
    type: ApiKeyWithSecretDto,
    headers: { Location: { description: 'Where it can be read.', schema: { type: 'string' } } },
  })
  @ProblemResponses('invalid-request', 'forbidden', 'api-key-limit-reached')
  async create(
    @Body() body: CreateApiKeyDto,
    @Exchange() { request, reply }: HttpExchange,
  ): Promise<ApiKeyWithSecretDto> {
    const keeper = this.keeperOf(request);
    await this.mustBeUsable(body, keeper);
    const made = await this.keys.create(body, keeper);
    void reply.header('location', `/v1/api-keys/${made.key.id}`).header('cache-control', 'no-store');
    return presentGivenOut(made);
  }

  @Get()
  @ApiOperation({
    summary: 'All API keys',
    description:
      'Those whose grants all lie where `access:manage` is held. Keys that were revoked stay in the list, until others need their place.',
  })
  @ApiOkResponse({ type: ApiKeyListDto })
  @ProblemResponses('page-token-invalid', 'forbidden')
  async list(@Query() query: PageQueryDto, @Exchange() exchange: HttpExchange): Promise<ApiKeyListDto> {
    const { held } = accessOf(exchange.request);
    const all = await this.keys.list({ held });
    const page = presentPage(all.map(presentApiKey), query, { of: 'api-keys', within: held.key });
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One API key' })
  @ApiOkResponse({ type: ApiKeyDto })
  @ProblemResponses('not-found', 'forbidden')
  async get(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<ApiKeyDto> {
    return presentApiKey(await this.keys.get(id, accessOf(request)));
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change what a key is called, may do, or until when',
    description: `Grants replace those before. ${GIVES_NOT}`,
  })
  @ApiOkResponse({ type: ApiKeyDto })
  @ProblemResponses('invalid-request', 'not-found', 'forbidden', 'api-key-revoked')
  async update(
    @Param('id') id: string,
    @Body() body: UpdateApiKeyDto,
    @Exchange() { request }: HttpExchange,
  ): Promise<ApiKeyDto> {
    const keeper = this.keeperOf(request);
    // Who may not see the key is told nothing else.
    await this.keys.get(id, keeper);
    await this.mustBeUsable(body, keeper);
    return presentApiKey(await this.keys.update(id, body, keeper));
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make a new secret',
    description:
      'The one before it goes on for `overlapSeconds`, a day by default; the one before that does not: two let in at the most. Whoever asks gets the secret, so they must hold what the key may do themselves.',
  })
  @ApiOkResponse({ type: ApiKeyWithSecretDto })
  @ProblemResponses('invalid-request', 'not-found', 'forbidden', 'api-key-revoked')
  async rotateSecret(
    @Param('id') id: string,
    @Body() { overlapSeconds }: RotateKeySecretDto,
    @Exchange() { request, reply }: HttpExchange,
  ): Promise<ApiKeyWithSecretDto> {
    const given = await this.keys.rotateSecret(id, overlapSeconds * 1000, this.keeperOf(request));
    void reply.header('cache-control', 'no-store');
    return presentGivenOut(given);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke a key, for good',
    description:
      'It lets nobody in from now on: in this process at once, in all others within two seconds while the store answers. Streams that it had opened are ended within a minute.',
  })
  @ApiNoContentResponse()
  @ProblemResponses('not-found', 'forbidden')
  async revoke(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<void> {
    await this.keys.revoke(id, this.keeperOf(request));
  }

  private async mustBeUsable(
    { grants = [], expiresTime }: UpdateApiKeyDto,
    keeper: KeyKeeper,
  ): Promise<void> {
    const errors = grantFaults(grants);
    if (expiresTime && Date.parse(expiresTime) <= this.clock.now())
      errors.push({ pointer: '/expiresTime', detail: 'This must lie in the future. DELETE revokes a key.' });
    if (errors.length > 0) throw invalidRequest(errors);
    this.keys.mustBeHeld(grants, keeper);
    const unknown = siteFaults(grants, (siteId) => this.providers.find(siteId) !== null);
    if (unknown.length > 0) throw invalidRequest(unknown);
  }

  private keeperOf(request: AuthenticatedRequest): KeyKeeper {
    const { principal, held } = accessOf(request);
    return {
      principal,
      held,
      decides: (kind, keyId) => this.audit.record(decisionOf(request, kind, { subjectId: keyId })),
    };
  }
}
