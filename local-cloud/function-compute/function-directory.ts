import { ApiError } from '../action';
import { checkDefinition, type FunctionDefinition, qualifiedName } from './function-definition';

/** The deployed functions by name. */
export interface FunctionDirectory {
  readonly all: readonly FunctionDefinition[];
  /** Throws ApiError 404 when there is no such function, service, version or alias. */
  find(functionName: string, serviceName?: string, qualifier?: string): FunctionDefinition;
  /** The same by `function`, or `service/function` for FC 2.0. */
  findByName(name: string): FunctionDefinition;
}

/** Checks the definitions. Throws TypeError for one that could not be deployed. */
export function createFunctionDirectory(
  definitions: readonly FunctionDefinition[],
): FunctionDirectory {
  const functions = new Map<string, FunctionDefinition>();
  for (const definition of definitions) {
    checkDefinition(definition);
    const name = qualifiedName(definition.functionName, definition.serviceName);
    if (functions.has(name)) {
      throw new TypeError(`Function '${name}' is defined twice; give one of them another name.`);
    }
    functions.set(name, definition);
  }

  const find: FunctionDirectory['find'] = (functionName, serviceName, qualifier = 'LATEST') => {
    const definition = functions.get(qualifiedName(functionName, serviceName));
    if (definition === undefined) throw notFound(functions, functionName, serviceName);
    if (qualifier !== 'LATEST') throw unknownQualifier(qualifier, definition);
    return definition;
  };
  return {
    all: [...functions.values()],
    find,
    findByName(name) {
      const [functionName = '', serviceName] = name.split('/').reverse();
      return find(functionName, serviceName);
    },
  };
}

function notFound(
  functions: ReadonlyMap<string, FunctionDefinition>,
  functionName: string,
  serviceName: string | undefined,
): ApiError {
  if (serviceName === undefined) {
    return new ApiError(404, 'FunctionNotFound', `function '${functionName}' does not exist`);
  }
  if (![...functions.values()].some((each) => each.serviceName === serviceName)) {
    return new ApiError(404, 'ServiceNotFound', `service '${serviceName}' does not exist`);
  }
  return new ApiError(
    404,
    'FunctionNotFound',
    `function '${functionName}' does not exist in service '${serviceName}'`,
  );
}

/** Nothing but the latest code runs here: versions and aliases are published in the cloud only. */
function unknownQualifier(qualifier: string, definition: FunctionDefinition): ApiError {
  const owner =
    definition.serviceName === undefined
      ? `function '${definition.functionName}'`
      : `service '${definition.serviceName}'`;
  return /^\d+$/.test(qualifier)
    ? new ApiError(404, 'VersionNotFound', `version '${qualifier}' of ${owner} does not exist`)
    : new ApiError(404, 'AliasNotFound', `alias '${qualifier}' of ${owner} does not exist`);
}
