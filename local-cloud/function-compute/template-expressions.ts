/** What the expressions of a template may refer to. */
export interface TemplateScope {
  /** The parsed template, for `vars` and `resources`. */
  readonly document: unknown;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For `config('AccountID')`. */
  readonly accountId: string;
}

const MAX_DEPTH = 20;

/**
 * Resolves the expressions of a Serverless Devs template in a value, however deep they stand:
 * `${vars.x}`, `${resources.a.props.b}`, `${env('X')}`, `${env('X', 'default')}` and
 * `${config('AccountID')}`. A text that is one expression takes the type of what it refers to.
 * Throws Error that tells the expression and what is wrong with it.
 */
export function resolveExpressions(value: unknown, scope: TemplateScope, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new Error('expressions refer to each other in a circle');
  if (Array.isArray(value)) return value.map((each) => resolveExpressions(each, scope, depth));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, resolveExpressions(each, scope, depth)]),
    );
  }
  if (typeof value !== 'string') return value;
  const whole = /^\$\{([^}]*)\}$/.exec(value);
  if (whole !== null) return evaluate(whole[1] ?? '', scope, depth);
  return value.replace(/\$\{([^}]*)\}/g, (_, expression: string) => {
    const part = evaluate(expression, scope, depth);
    if (typeof part === 'object') throw new Error(`\${${expression}} is no text or number`);
    return String(part);
  });
}

function evaluate(expression: string, scope: TemplateScope, depth: number): unknown {
  const text = expression.trim();
  const [, call, argument] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  if (call === 'env') return readEnvironment(argument ?? '', scope);
  if (call === 'config' && unquote(argument ?? '') === 'AccountID') return scope.accountId;
  const [root, ...path] = text.split('.');
  if (call !== undefined || (root !== 'vars' && root !== 'resources')) {
    throw new Error(
      `\${${text}} is not known here; use vars, resources, env() or config('AccountID')`,
    );
  }
  let found: unknown = Reflect.get(Object(scope.document), root);
  for (const key of path) found = Reflect.get(Object(found), key);
  if (found === undefined) throw new Error(`\${${text}} refers to nothing in the template`);
  return resolveExpressions(found, scope, depth + 1);
}

function readEnvironment(parameters: string, { environment }: TemplateScope): string {
  const comma = parameters.indexOf(',');
  const name = unquote(comma < 0 ? parameters : parameters.slice(0, comma));
  const value = environment[name];
  if (value !== undefined) return value;
  if (comma < 0) {
    throw new Error(
      `environment variable ${name} is not set; set it or write env('${name}', default)`,
    );
  }
  return unquote(parameters.slice(comma + 1));
}

function unquote(text: string): string {
  const trimmed = text.trim();
  return /^(['"])(.*)\1$/.exec(trimmed)?.[2] ?? trimmed;
}
