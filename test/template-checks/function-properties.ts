import { z } from 'zod';
import { DESTINATIONS, NODE_RUNTIMES, OTHER_PROPERTIES, REGIONS } from './facts';

const name = z
  .string()
  .regex(/^[A-Za-z_][\w-]{0,63}$/, 'a name is 1 to 64 letters, digits, "_" and "-"');
const arn = z.strictObject({
  destination: z
    .string()
    .refine((text) => DESTINATIONS.some((form) => form.test(text)), 'is no ARN of a destination'),
});

/**
 * What a function's properties may be (CreateFunctionInput and PutAsyncInvokeConfigInput pages; documentation of
 * the component fc3), with every expression resolved. Triggers are looked at by themselves.
 */
export const functionProperties = z
  .strictObject({
    functionName: name,
    region: z.enum(REGIONS),
    description: z.string().max(256).optional(),
    runtime: z.enum(NODE_RUNTIMES),
    code: z.string(),
    handler: z.string().regex(/^[\w-]+\.\w+$/, 'write FILE.EXPORT'),
    memorySize: z.number().int().min(128).max(32_768).multipleOf(64),
    cpu: z.number().min(0.05).max(16).multipleOf(0.05),
    diskSize: z.union([z.literal(512), z.literal(10_240)]),
    timeout: z.number().int().min(1).max(86_400),
    role: z
      .string()
      .regex(/^acs:ram::\d{16}:role\/[\w.-]{1,64}$/, 'is no ARN of a role')
      .optional(),
    logConfig: z
      .union([
        z.literal('auto'),
        z.strictObject({
          project: z.string().regex(/^[a-z\d][a-z\d-]{1,61}[a-z\d]$/),
          logstore: z.string().regex(/^[a-z\d][\w-]{1,61}[a-z\d]$/),
          enableRequestMetrics: z.boolean().optional(),
          enableInstanceMetrics: z.boolean().optional(),
          logBeginRule: z.enum(['DefaultRegex', 'None']).optional(),
        }),
      ])
      .optional(),
    environmentVariables: z.record(z.string(), z.string('is no text: quote it')).optional(),
    asyncInvokeConfig: z
      .strictObject({
        asyncTask: z.boolean().optional(),
        destinationConfig: z
          .strictObject({ onSuccess: arn.optional(), onFailure: arn.optional() })
          .optional(),
        maxAsyncEventAgeInSeconds: z.number().int().min(1).max(604_800).optional(),
        maxAsyncRetryAttempts: z.number().int().min(0).max(8).optional(),
        qualifier: z.string().optional(),
      })
      .optional(),
    concurrencyConfig: z.strictObject({ reservedConcurrency: z.number().int().min(0) }).optional(),
    triggers: z
      .array(
        z.strictObject({
          triggerName: name,
          triggerType: z.string(),
          triggerConfig: z.unknown(),
          description: z.string().optional(),
          qualifier: z.string().optional(),
          sourceArn: z.string().optional(),
          invocationRole: z.string().optional(),
        }),
      )
      .default([]),
    ...Object.fromEntries(OTHER_PROPERTIES.map((property) => [property, z.unknown().optional()])),
  })
  .refine(({ cpu, memorySize }) => cpu <= memorySize / 1024 && memorySize / 1024 <= 4 * cpu, {
    path: ['cpu'],
    message: 'a vCPU goes with 1 to 4 GB of memory',
  });

/** A function's properties, checked. */
export type FunctionProperties = z.infer<typeof functionProperties>;
