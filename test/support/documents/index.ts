/**
 * What the documents are tested with: their pages taken apart, their commands run in a copy of the project,
 * and their snippets given to the code that would read them. `commands.sh` says which commands are not run
 * as they are written, and why.
 */

export { linkProblems } from './links';
export { namedTests } from './named-tests';
export { matchesOutput } from './output';
export { type Block, type Page, parsePage, readPages } from './page';
export { type Ran, runCommands } from './run-commands';
export { problemOfJson, problemOfYaml } from './snippets';
export { runTypeScript } from './type-script';
export { onWorkplace, type Workplace } from './workplace';
