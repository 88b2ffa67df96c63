/**
 * Taking a run back: what it did, by its records; what of that still is as it left it, by a fresh read; and
 * the run that revokes those rules and restores those descriptions. Only the command line comes here: the
 * functions never revoke.
 */
export type { Deeds } from './deeds';
export { exemptionSnippets } from './exemption';
export { type PreparedRollback, prepareRollback, type RollbackRequest } from './prepare';
export { type RecordedRun, RollbackError, readRecordedRun } from './recorded-run';
export { rollBack } from './roll-back';
