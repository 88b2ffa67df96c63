import { basename, join } from 'node:path';
import { type FunctionDefinition, loadTemplate } from '../local-cloud/function-compute';

/** Where a template's functions run when the cloud is this machine. */
export interface LocalDeployment {
  readonly template: string;
  readonly accountId: string;
  /** Of the local cloud: ECS and Function Compute alike. */
  readonly endpoint: string;
  /** Folder in place of the mounted bucket. */
  readonly records: string;
  /** Folder of the built functions, in place of the one that the template names. */
  readonly builtFunctions?: string;
}

/** The functions of a template, told to use the local cloud and a folder of this machine. */
export async function definitionsFor(deployment: LocalDeployment): Promise<FunctionDefinition[]> {
  const { template, accountId, endpoint, records, builtFunctions } = deployment;
  const definitions = await loadTemplate(template, { environment: process.env, accountId });
  return definitions.map((definition) => ({
    ...definition,
    codeDirectory: builtFunctions
      ? join(builtFunctions, basename(definition.codeDirectory))
      : definition.codeDirectory,
    environment: {
      ...definition.environment,
      PALISADE_ECS_ENDPOINT: endpoint,
      PALISADE_FC_ENDPOINT: endpoint,
      PALISADE_RECORDS: records,
    },
  }));
}
