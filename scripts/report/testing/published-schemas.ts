/** What published formats require of the parts that reports write, as JSON Schemas. */

const text = { type: 'string', minLength: 1 };
const message = { type: 'object', required: ['text'], properties: { text } };

/**
 * SARIF 2.1.0 (OASIS Standard, 27 March 2020): the properties that its schema requires of a log, a run, a
 * tool, a reporting descriptor, an invocation, a notification, a result, a logical location and a
 * suppression, its enumerations, and the rule of §3.27.10 that joins `kind` and `level`.
 */
export const SARIF = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: text,
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['tool', 'results'],
        additionalProperties: false,
        properties: {
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                properties: {
                  name: text,
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      properties: {
                        id: text,
                        shortDescription: message,
                        defaultConfiguration: {
                          properties: { level: { enum: ['none', 'note', 'warning', 'error'] } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          automationDetails: { type: 'object', properties: { id: text } },
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          invocations: {
            type: 'array',
            items: {
              type: 'object',
              required: ['executionSuccessful'],
              properties: {
                executionSuccessful: { type: 'boolean' },
                endTimeUtc: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' },
                toolExecutionNotifications: {
                  type: 'array',
                  items: { type: 'object', required: ['message'], properties: { message } },
                },
              },
            },
          },
          properties: { type: 'object' },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              properties: {
                ruleId: text,
                ruleIndex: { type: 'integer', minimum: -1 },
                kind: {
                  enum: ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'],
                },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message,
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: {
                      logicalLocations: {
                        type: 'array',
                        uniqueItems: true,
                        items: {
                          type: 'object',
                          properties: { name: text, fullyQualifiedName: text, kind: text },
                        },
                      },
                    },
                  },
                },
                partialFingerprints: { type: 'object', additionalProperties: text },
                suppressions: {
                  type: 'array',
                  uniqueItems: true,
                  items: {
                    type: 'object',
                    required: ['kind'],
                    properties: {
                      kind: { enum: ['inSource', 'external'] },
                      status: { enum: ['accepted', 'underReview', 'rejected'] },
                      justification: text,
                    },
                  },
                },
              },
              if: { required: ['kind'], properties: { kind: { not: { const: 'fail' } } } },
              // biome-ignore lint/suspicious/noThenProperty: that is how JSON Schema says it.
              then: { required: ['level'], properties: { level: { const: 'none' } } },
            },
          },
        },
      },
    },
  },
} as const;

/**
 * OCSF 1.5.0 (schema.ocsf.io), class Compliance Finding, 2003: the attributes that are required of the
 * class and of the objects metadata, product, finding_info, compliance and, by the profile cloud, cloud;
 * with the enumerations of the class.
 */
export const OCSF_COMPLIANCE_FINDING = {
  type: 'object',
  required: [
    'activity_id',
    'category_uid',
    'class_uid',
    'type_uid',
    'severity_id',
    'time',
    'metadata',
    'finding_info',
    'compliance',
    'cloud',
  ],
  properties: {
    activity_id: { enum: [0, 1, 2, 3, 99] },
    category_uid: { const: 2 },
    class_uid: { const: 2003 },
    type_uid: { enum: [200300, 200301, 200302, 200303, 200399] },
    severity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
    status_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
    /** Milliseconds since 1970. */
    time: { type: 'integer', minimum: 1_000_000_000_000 },
    metadata: {
      type: 'object',
      required: ['product', 'version'],
      properties: {
        version: { const: '1.5.0' },
        product: { type: 'object', required: ['vendor_name', 'name'], properties: { name: text } },
        profiles: { type: 'array', items: { enum: ['cloud'] } },
      },
    },
    cloud: { type: 'object', required: ['provider'], properties: { provider: text } },
    finding_info: {
      type: 'object',
      required: ['uid', 'title'],
      properties: { uid: text, title: text, desc: { type: 'string' } },
    },
    compliance: {
      type: 'object',
      required: ['standards', 'status_id'],
      properties: {
        standards: { type: 'array', minItems: 1, items: text },
        status_id: { enum: [0, 1, 2, 3, 99] },
      },
    },
    resources: { type: 'array', items: { type: 'object', required: ['uid'] } },
  },
} as const;
