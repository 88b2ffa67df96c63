import { basename, join } from 'node:path';
import { type FunctionDefinition, loadTemplate } from '../local-cloud/function-compute';
import functionRolePolicy from '../ram/function-role.json';

/** Where a template's functions run when the cloud is this machine. */
export interface LocalDeployment {
  readonly template: string;
  readonly accountId: string;
  /** Of the local cloud: ECS, Function Compute and OSS alike. */
  readonly endpoint: string;
  /** Folder for records in place of the bucket that the template names. */
  readonly records?: string;
  /** What requests to the webhook are signed with, in place of what the template says. */
  readonly webhookSecret?: string;
  /** Folder of the built functions, in place of the one that the template names. */
  readonly builtFunctions?: string;
}

/** Nothing here limits calls unless it is told to, so that nothing need be careful. */
const callsPerSecond = 'PALISADE_CALLS_PER_SECOND';

/** The functions of a template, told to use the local cloud and a folder of this machine. */
export async function definitionsFor(deployment: LocalDeployment): Promise<FunctionDefinition[]> {
  const { template, accountId, endpoint, records, webhookSecret, builtFunctions } = deployment;
  const definitions = await loadTemplate(template, { environment: process.env, accountId });
  return definitions.map((definition) => ({
    ...definition,
    codeDirectory: builtFunctions
      ? join(builtFunctions, basename(definition.codeDirectory))
      : definition.codeDirectory,
    environment: {
      ...definition.environment,
      PALISADE_ECS_ENDPOINT: endpoint,
      PALISADE_STS_ENDPOINT: endpoint,
      PALISADE_FC_ENDPOINT: endpoint,
      PALISADE_OSS_ENDPOINT: endpoint,
      ...(callsPerSecond in definition.environment ? { [callsPerSecond]: '10000' } : {}),
      ...(records === undefined ? {} : { PALISADE_RECORDS: records }),
      ...(webhookSecret !== undefined && 'PALISADE_WEBHOOK_SECRETS' in definition.environment
        ? { PALISADE_WEBHOOK_SECRETS: webhookSecret }
        : {}),
    },
  }));
}

/** The role that the template names, with the policy that it ships with. */
export async function functionRole(accountId: string) {
  return { accountId, roleName: 'palisade', policies: [functionRolePolicy] };
}

/** Where the template keeps records. */
export const RECORD_BUCKET = 'palisade-records';
