/** What the documents of Function Compute and of the component fc3 say about a function, as data. */

/** Runtimes that CreateFunction takes (CreateFunctionInput page) and in which a built-in Node runs. */
export const NODE_RUNTIMES = ['nodejs14', 'nodejs16', 'nodejs18', 'nodejs20'] as const;

/** Regions in which the component fc3 deploys (its documentation of `region`). */
export const REGIONS = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-5',
  'ap-southeast-7',
  'cn-beijing',
  'cn-chengdu',
  'cn-hangzhou',
  'cn-heyuan-acdr-1',
  'cn-hongkong',
  'cn-huhehaote',
  'cn-qingdao',
  'cn-shanghai',
  'cn-shanghai-finance-1',
  'cn-shenzhen',
  'cn-wulanchabu',
  'cn-zhangjiakou',
  'eu-central-1',
  'eu-west-1',
  'me-central-1',
  'us-east-1',
  'us-west-1',
] as const;

/** Properties of the component fc3 that a template may set and that are not looked into here. */
export const OTHER_PROPERTIES = [
  'annotations',
  'customDNS',
  'instanceLifecycleConfig',
  'internetAccess',
  'layers',
  'nasConfig',
  'ossMountConfig',
  'provisionConfig',
  'resourceGroupId',
  'scalingConfig',
  'tags',
  'tracingConfig',
  'vpcBinding',
  'vpcConfig',
] as const;

/** Bytes of all names and values of a function's environment (Environment variables page). */
export const MOST_ENVIRONMENT_BYTES = 4096;

/** Bytes of what a timer sends: it invokes asynchronously (Limits page). */
export const MOST_PAYLOAD_BYTES = 128 * 1024;

/** Expressions that one field of an event pattern may have (Event patterns page). */
export const MOST_EXPRESSIONS_PER_FIELD = 5;

/** Where results of asynchronous invocations may go (Destinations for asynchronous invocations page). */
export const DESTINATIONS = [
  /^acs:fc:[\w-]+:\d*:functions\/[\w-]+$/,
  /^acs:mns:[\w-]+:\d*:\/(queues|topics)\/[\w-]+\/messages$/,
  /^acs:eventbridge:[\w-]+:\d*:eventbus\/[\w-]+$/,
  /^acs:mq:[\w-]+:\d*:\/instances\/\w+\/topics\/[\w-]+$/,
] as const;
