/**
 * What a template must hold so that it can be deployed, beyond what the component fc3 looks at: limits of
 * Function Compute, configurations of triggers, and that template, code and documents name the same settings.
 */
export { checkTemplate } from './check-template';
export { documented, readByAnyCode, readByTheFunctions } from './environment-names';
