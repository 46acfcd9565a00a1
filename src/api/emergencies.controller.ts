import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Emergencies } from '../approvals/emergencies.service.js';
import type { EmergencyDeclaration } from '../domain/access/emergency-declaration.js';
import type { Scope } from '../domain/access/scope.js';
import type { FieldError } from '../domain/problem.js';
import { problem, ProblemError } from '../domain/problem.js';
import { Clock } from '../platform/clock.js';
import { ProviderRegistry } from '../providers/registry.js';
import { askingOf } from './access/asking-of.js';
import { lacking } from './access/holding.js';
import { Needs } from './access/needs.decorator.js';
import { accessOf, type RequestAccess } from './access/request-access.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { DeclareEmergencyDto, EmergencyDto, EmergencyListDto } from './dto/emergencies.dto.js';
import { PageQueryDto } from './dto/queries.dto.js';
import { Exchange, type HttpExchange } from './http/exchange.decorator.js';
import { invalidRequest } from './http/invalid-request.js';
import { nextPageLink } from './http/next-page-link.js';
import { presentEmergency } from './presenters/approval.presenter.js';
import { presentOrdered } from './presenters/page.presenter.js';

const RIGHT = 'emergencies:declare';

@ApiTags('Emergencies')
@ApiBearerAuth()
@Needs('operations:read')
@Controller('v1/emergencies')
export class EmergenciesController {
  constructor(
    private readonly emergencies: Emergencies,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Needs(RIGHT)
  @ApiOperation({
    summary: 'Declare an emergency: no second person, no limit on failovers, for at most an hour',
    description:
      'Everybody is told: a warning in the logs, a measure, a webhook event, the audit. End it when it is over.',
  })
  @ApiCreatedResponse({
    type: EmergencyDto,
    headers: { Location: { description: 'Where it can be read.', schema: { type: 'string' } } },
  })
  @ProblemResponses('invalid-request', 'forbidden')
  async declare(
    @Body() { reason, siteIds, untilTime }: DeclareEmergencyDto,
    @Exchange() { request, reply }: HttpExchange,
  ): Promise<EmergencyDto> {
    const access = accessOf(request);
    const sites = siteIds === undefined ? null : [...new Set(siteIds)];
    this.mustBeSites(sites ?? [], access);
    mustCover(access.held, sites);
    const declared = await this.emergencies.declare({ reason, siteIds: sites, untilTime }, askingOf(request));
    void reply.header('location', `/v1/emergencies/${declared.id}`);
    return presentEmergency(declared, declared.siteIds, this.clock.now());
  }

  @Get()
  @ApiOperation({ summary: 'Declared emergencies, newest first, with those that are over' })
  @ApiOkResponse({ type: EmergencyListDto })
  @ProblemResponses('page-token-invalid')
  async list(@Query() query: PageQueryDto, @Exchange() exchange: HttpExchange): Promise<EmergencyListDto> {
    const { seen } = accessOf(exchange.request);
    const all = (await this.emergencies.all()).flatMap((one) => this.shown(one, seen) ?? []);
    const page = presentOrdered(all, query, { of: 'emergencies', seen: seen.key });
    nextPageLink(exchange, page.nextPageToken);
    return page;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One emergency' })
  @ApiOkResponse({ type: EmergencyDto })
  @ProblemResponses('not-found')
  async get(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<EmergencyDto> {
    const found = await this.emergencies.find(id);
    const shown = found && this.shown(found, accessOf(request).seen);
    if (!shown) throw nothing(id);
    return shown;
  }

  @Delete(':id')
  @Needs(RIGHT)
  @HttpCode(204)
  @ApiOperation({ summary: 'End an emergency; it stays in the list' })
  @ApiNoContentResponse()
  @ProblemResponses('forbidden', 'not-found')
  async end(@Param('id') id: string, @Exchange() { request }: HttpExchange): Promise<void> {
    const { seen, held } = accessOf(request);
    const found = await this.emergencies.find(id);
    if (!found || !this.shown(found, seen)) throw nothing(id);
    mustCover(held, found.siteIds);
    await this.emergencies.end(found, askingOf(request));
  }

  /** null = it concerns nothing that may be seen. Of its sites, those are told that may be. */
  private shown(emergency: EmergencyDeclaration, seen: Scope): EmergencyDto | null {
    const siteIds = emergency.siteIds?.filter((siteId) => seen.touchesSite(siteId)) ?? null;
    if (seen.isNone || siteIds?.length === 0) return null;
    return presentEmergency(emergency, siteIds, this.clock.now());
  }

  private mustBeSites(siteIds: readonly string[], { seen }: RequestAccess): void {
    const errors = siteIds.flatMap((siteId, at): FieldError[] =>
      this.providers.find(siteId) && seen.touchesSite(siteId)
        ? []
        : [{ pointer: `/siteIds/${at}`, detail: `There is no site ${siteId}.` }],
    );
    if (errors.length > 0) throw invalidRequest(errors);
  }
}

function mustCover(held: Scope, siteIds: readonly string[] | null): void {
  const isHeld = siteIds ? siteIds.every((siteId) => held.coversSite(siteId)) : held.isAll;
  if (!isHeld) throw lacking(RIGHT);
}

function nothing(id: string): ProblemError {
  return new ProblemError(problem('not-found', `There is no ${id}.`));
}
