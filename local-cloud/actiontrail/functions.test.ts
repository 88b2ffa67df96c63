import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import RpcClient from '@alicloud/pop-core';
import { startLocalCloud } from '..';
import { createFunctionCompute, type FunctionCompute } from '../function-compute';

const REGION = 'cn-hangzhou';
const ROLE = 'watcher';

// Renames the group of an event unless the change was its own, and then tries to delete it.
const SOURCE = `
const RpcClient = require(${JSON.stringify(require.resolve('@alicloud/pop-core'))});
exports.handler = async (event, { credentials }) => {
  const { data } = JSON.parse(event);
  console.log(data.eventName + ' by ' + data.userIdentity.userName);
  if (data.userIdentity.type === 'assumed-role') return;
  const client = new RpcClient({ endpoint: process.env.ENDPOINT, apiVersion: '2014-05-26', ...credentials });
  const group = { RegionId: data.acsRegion, SecurityGroupId: data.responseElements.SecurityGroupId };
  await client.request('ModifySecurityGroupAttribute', { ...group, SecurityGroupName: 'watched' });
  await client.request('DeleteSecurityGroup', group).catch(({ code }) => console.log(code));
};`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actiontrail-'));
  await writeFile(join(folder, 'index.js'), SOURCE);
});
afterAll(() => rm(folder, { recursive: true }));

test('a function hears of a change, may do what its role may, and hears of what it did itself', async () => {
  const logLines: string[] = [];
  let functions: FunctionCompute | undefined;
  const accountId = '1111222233334444';
  const policies = [
    {
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'ecs:ModifySecurityGroupAttribute',
          Resource: 'acs:ecs:*:*:securitygroup/*',
        },
      ],
    },
  ];
  const cloud = await startLocalCloud({
    accountId,
    roles: [{ accountId, roleName: ROLE, policies }],
    functionCompute: (context) => {
      functions = createFunctionCompute({
        ...context,
        regionId: REGION,
        onLog: (line) => logLines.push(line),
        functions: [
          {
            functionName: 'watch',
            codeDirectory: folder,
            handler: 'index.handler',
            runtime: 'nodejs20',
            timeoutSeconds: 20,
            memoryMegabytes: 128,
            environment: { ENDPOINT: context.endpoint },
            role: `acs:ram::${accountId}:role/${ROLE}`,
            eventTriggers: [
              {
                triggerName: 'trail',
                filterPattern: { type: [{ suffix: ':ActionTrail:ApiCall' }] },
                enable: true,
              },
            ],
          },
        ],
      });
      return functions;
    },
  });
  try {
    const { endpoint, accessKeyId, accessKeySecret } = cloud;
    const key = { accessKeyId, accessKeySecret };
    await new RpcClient({ endpoint, apiVersion: '2014-05-26', ...key }).request(
      'CreateSecurityGroup',
      { RegionId: REGION, VpcId: 'vpc-1' },
    );
    // The function's own writes are delivered while it runs, or right after.
    for (let round = 0; round < 3; round += 1) {
      await cloud.actionTrail.idle();
      await functions?.idle();
    }
    expect(cloud.actionTrail.events.map(({ data }) => data)).toMatchObject([
      { eventName: 'CreateSecurityGroup', userIdentity: { userName: 'palisade' } },
      { eventName: 'ModifySecurityGroupAttribute', userIdentity: { type: 'assumed-role' } },
      { eventName: 'DeleteSecurityGroup', errorCode: 'Forbidden.RAM' },
    ]);
    const text = logLines.join('\n');
    expect(text).toContain('CreateSecurityGroup by palisade');
    expect(text).toContain('Forbidden.RAM');
    expect(text).toContain(`ModifySecurityGroupAttribute by ${ROLE}:`);
    expect(text).toContain(`DeleteSecurityGroup by ${ROLE}:`);
    expect(functions?.invocations).toHaveLength(3);
  } finally {
    await cloud.close();
  }
});
