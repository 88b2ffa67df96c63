import { stringify } from 'node:querystring';
import type { Permission } from '../../shared/security-group';
import type { EstateGroup } from './estate';

/** Most groups in an answer of DescribeSecurityGroups, and most permissions in a call of Authorize (API pages). */
const MOST_IN_A_CALL = 100;
/** What the path and query of a request may come to: many proxies take no more than 8 kB. */
const LONGEST_TARGET_BYTES = 8_000;

/** Groups of one region and how many lists their rules name. */
export interface BoundRegion {
  readonly groups: readonly Pick<EstateGroup, 'repair'>[];
  readonly lists: number;
}

/** The fewest calls that a sweep can do with, by what they are for. */
export interface CallBound {
  readonly listing: number;
  readonly reading: number;
  readonly lists: number;
  readonly authorizing: number;
  readonly describing: number;
  readonly readingBack: number;
  readonly total: number;
}

/**
 * The fewest calls for a first sweep that repairs everything: a page for each hundred groups and at least one a
 * region, one read of each group (whose rules fit on one page) and of each list, as few calls for new rules as
 * their number and a safe length of the URL allow, one for each description, and one read of each changed group.
 */
export function callBound(regions: readonly BoundRegion[]): CallBound {
  const groups = regions.flatMap((region) => region.groups);
  const sum = (value: (group: Pick<EstateGroup, 'repair'>) => number) =>
    groups.reduce((total, group) => total + value(group), 0);
  const parts = {
    listing: regions.reduce(
      (total, region) => total + Math.max(Math.ceil(region.groups.length / MOST_IN_A_CALL), 1),
      0,
    ),
    reading: groups.length,
    lists: regions.reduce((total, { lists }) => total + lists, 0),
    authorizing: sum(
      ({ repair }) => authorizeBound(repair.egress) + authorizeBound(repair.ingress),
    ),
    describing: sum(({ repair }) => repair.descriptions),
    readingBack: sum((group) => (isChanged(group) ? 1 : 0)),
  };
  return { ...parts, total: Object.values(parts).reduce((total, each) => total + each, 0) };
}

/** The fewest calls for a sweep that finds everything as it should be. */
export function callBoundAtRest(regions: readonly BoundRegion[]): CallBound {
  const nothing = { repair: { egress: [], ingress: [], descriptions: 0 } };
  return callBound(
    regions.map(({ groups, lists }) => ({ groups: groups.map(() => nothing), lists })),
  );
}

function isChanged({ repair }: Pick<EstateGroup, 'repair'>): boolean {
  return repair.egress.length + repair.ingress.length + repair.descriptions > 0;
}

/** As if permissions could be divided between calls at will, so that no way of cutting them takes fewer. */
function authorizeBound(permissions: readonly Permission[]): number {
  const bytes = permissions.reduce((total, permission) => total + queryBytes(permission), 0);
  return Math.max(
    Math.ceil(permissions.length / MOST_IN_A_CALL),
    Math.ceil(bytes / LONGEST_TARGET_BYTES),
  );
}

/** What a permission adds to a query at the least: the direction is the call's, and numbers have one digit. */
function queryBytes({ Direction: _direction, ...fields }: Permission): number {
  const sent = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  const named = sent.map(([name, value]) => [`Permissions.1.${name}`, String(value)]);
  return `&${stringify(Object.fromEntries(named))}`.length;
}
