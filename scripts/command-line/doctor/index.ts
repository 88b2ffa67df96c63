/**
 * `palisade doctor`: one file for each thing that a run needs and that can be amiss. Each check says what it
 * saw and, where something is to be done, what; none of them changes a group or sends a notice.
 */
export { type DoctorOptions, doctor } from './doctor';
