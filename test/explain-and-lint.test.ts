import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCloud } from '../local-cloud';
import { runCutOff, runPalisade } from './support';

const RULES = [
  {
    SecurityGroupRuleId: 'sgr-drop',
    Direction: 'egress',
    IpProtocol: 'TCP',
    PortRange: '1/100',
    DestCidrIp: '0.0.0.0/0',
    Policy: 'Drop',
    Priority: '5',
  },
  {
    SecurityGroupRuleId: 'sgr-hidden',
    Direction: 'egress',
    IpProtocol: 'TCP',
    PortRange: '22/22',
    DestCidrIp: '10.0.0.0/8',
    Policy: 'Accept',
    Priority: '9',
  },
  {
    SecurityGroupRuleId: 'sgr-idle',
    Direction: 'egress',
    IpProtocol: 'UDP',
    PortRange: '53/53',
    DestCidrIp: '0.0.0.0/0',
    Policy: 'Accept',
    Priority: '1',
  },
  {
    SecurityGroupRuleId: 'sgr-web',
    Direction: 'ingress',
    IpProtocol: 'TCP',
    PortRange: '443/443',
    SourceCidrIp: '0.0.0.0/0',
    Policy: 'Accept',
    Priority: '1',
  },
];
const INVENTORY = {
  RegionId: 'cn-hangzhou',
  SecurityGroups: [{ SecurityGroupId: 'sg-one', VpcId: 'vpc-one', Permissions: RULES }],
};
const TO_SSH = ['--direction', 'egress', '--protocol', 'tcp', '--to', '10.1.2.3', '--port', '22'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-explain-'));
  await writeFile(join(folder, 'groups.json'), JSON.stringify(INVENTORY));
});
afterAll(() => rm(folder, { recursive: true }));

const palisade = (...parameters: string[]) => runPalisade(folder, parameters);
const offline = ['--inventory', 'groups.json'];

describe('explain', () => {
  it('names the deciding rule and the rules it beats, as JSON', async () => {
    const { stdout, exitCode } = await palisade(
      'explain',
      ...offline,
      '--group',
      'sg-one',
      ...TO_SSH,
      '--json',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'drop',
      rule: { SecurityGroupRuleId: 'sgr-drop' },
      beats: [{ SecurityGroupRuleId: 'sgr-hidden' }],
    });
  });

  it('takes --from as the other end of an ingress packet, in words', async () => {
    const { stdout } = await palisade(
      ...['explain', ...offline, '--group', 'sg-one', '--direction', 'ingress'],
      ...['--protocol', '6', '--from', '192.0.2.7', '--port', '443'],
    );
    expect(stdout).toMatch(
      /^accept\n {2}sgr-web {2}accept ingress TCP 443\/443 from 0\.0\.0\.0\/0/,
    );
  });

  it('answers the same for a group that is read from ECS', async () => {
    const cloud = await startLocalCloud({ inventory: INVENTORY });
    try {
      const { stdout } = await runPalisade(
        folder,
        ['explain', '--endpoint', cloud.endpoint, '--group', 'sg-one', ...TO_SSH, '--json'],
        {
          ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
        },
      );
      expect(JSON.parse(stdout)).toMatchObject({
        verdict: 'drop',
        rule: { SecurityGroupRuleId: 'sgr-drop' },
      });
      const reads = cloud.calls
        .all()
        .filter((call) => call.action === 'DescribeSecurityGroupAttribute');
      expect(reads).toHaveLength(1);
    } finally {
      await cloud.close();
    }
  });

  it.each([
    ['no group', [...offline, ...TO_SSH], /--group is missing/],
    ['an unknown group', [...offline, '--group', 'sg-two', ...TO_SSH], /has no group sg-two/],
    ['no port', [...offline, '--group', 'sg-one', ...TO_SSH.slice(0, 6)], /--port is missing/],
    [
      'no protocol',
      [...offline, ...TO_SSH.slice(0, 2), ...TO_SSH.slice(4)],
      /--protocol is missing/,
    ],
    ['a port past 65535', [...offline, ...TO_SSH.slice(0, 7), '70000'], /70000 is not a port/],
    [
      'ports of a protocol without them',
      [...offline, '--direction=egress', '--protocol=gre', '--to=10.1.2.3', '--source-port=5'],
      /has no ports/,
    ],
    [
      'a packet without its other end',
      [...offline, '--group', 'sg-one', '--direction', 'ingress', '--protocol', 'icmp'],
      /--from is missing/,
    ],
  ])('refuses %s and says what to write', async (_name, parameters, message) => {
    const { stderr, exitCode } = await palisade('explain', ...parameters);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('answers each line of a batch in order, and goes on after a bad one', async () => {
    const question = {
      rules: RULES,
      groupType: 'normal',
      innerAccessPolicy: 'Accept',
      packets: [
        packet({ dstPort: 22 }),
        packet({ dstPort: 443 }),
        packet({ protocol: 1, srcPort: null, dstPort: null }),
        packet({ dstPort: 22, sameGroup: true }),
      ],
    };
    await writeFile(
      join(folder, 'questions.jsonl'),
      `${JSON.stringify(question)}\n{"rules":7}\n${JSON.stringify({ ...question, packets: [packet({ family: 6, peer: '2001:db8::1', own: '::1', dstPort: 22 })] })}\n`,
    );
    const { stdout, exitCode } = await palisade('explain', '--batch', 'questions.jsonl');
    const [first, second, third] = stdout.trim().split('\n');
    expect(JSON.parse(first ?? '')).toEqual({
      verdicts: [
        { verdict: 'drop', ruleId: 'sgr-drop' },
        { verdict: 'accept', ruleId: null },
        { verdict: 'accept', ruleId: null },
        { verdict: 'accept', ruleId: null },
      ],
    });
    expect(JSON.parse(second ?? '').error).toMatch(/line 2: "rules" is missing/);
    expect(JSON.parse(third ?? '')).toEqual({ verdicts: [{ verdict: 'accept', ruleId: null }] });
    expect(exitCode).toBe(1);
  });

  it.each([
    ['null', /line 1: the line is null/],
    ['{"rules":[null],"packets":[]}', /line 1: a rule is null/],
    ['{"rules":[{"PortRange":[80]}],"packets":[]}', /PortRange is \[80\]: write a text/],
    ['{"rules":[],"packets":[null]}', /a packet is null/],
    ['{"rules":[],"innerAccessPolicy":5,"packets":[]}', /write accept or drop/],
    [JSON.stringify({ rules: [], packets: [packet({ family: 5 })] }), /family is 5: write 4 or 6/],
    [JSON.stringify({ rules: [], packets: [packet({ sameGroup: 'yes' })] }), /write true or false/],
    [JSON.stringify({ rules: [], packets: [packet({ dstPort: '80' })] }), /"80" is not a port/],
  ])('says what is wrong with the line %s of a batch', async (line, message) => {
    await writeFile(join(folder, 'wrong.jsonl'), `${line}\n`);
    const { stdout, exitCode } = await palisade('explain', '--batch', 'wrong.jsonl');
    expect(JSON.parse(stdout).error).toMatch(message);
    expect(exitCode).toBe(1);
  });

  it('ends quietly when the reader of its answers has seen enough', async () => {
    const question = `${JSON.stringify({ rules: RULES, packets: Array(200).fill(packet({})) })}\n`;
    await writeFile(join(folder, 'many.jsonl'), question.repeat(200));
    const { stderr } = await runCutOff(folder, ['explain', '--batch', 'many.jsonl']);
    expect(stderr).toBe('');
  });

  it('says which batch file cannot be read', async () => {
    const { stderr, exitCode } = await palisade('explain', '--batch', 'missing.jsonl');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/missing\.jsonl cannot be read/);
  });
});

describe('lint', () => {
  it('shows rules that no packet reaches, with what covers them, and rules that change nothing', async () => {
    const { stdout, exitCode } = await palisade('lint', ...offline, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      groups: [
        {
          securityGroupId: 'sg-one',
          neverMatched: [
            {
              rule: { SecurityGroupRuleId: 'sgr-hidden' },
              coveredBy: [{ SecurityGroupRuleId: 'sgr-drop' }],
            },
          ],
          redundant: [{ SecurityGroupRuleId: 'sgr-idle' }],
        },
      ],
    });
  });

  it('exits with 0 when every rule does something', async () => {
    await writeFile(
      join(folder, 'tidy.json'),
      JSON.stringify({
        ...INVENTORY,
        SecurityGroups: [{ SecurityGroupId: 'sg-one', Permissions: [RULES[0], RULES[3]] }],
      }),
    );
    const { stdout, exitCode } = await palisade('lint', '--inventory', 'tidy.json');
    expect(stdout).toBe('Every rule does something.\n');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['{}', /no SecurityGroups/],
    ['{"RegionId":"cn-hangzhou","SecurityGroups":5}', /SecurityGroups is 5/],
    [ofOneGroup({ Permissions: 'x' }), /group sg-one: Permissions is "x"/],
    [ofOneGroup({ SecurityGroupType: 'odd' }), /write normal or enterprise/],
  ])('does not take %s for an inventory', async (content, message) => {
    await writeFile(join(folder, 'odd.json'), content);
    const { stderr, exitCode } = await palisade('lint', '--inventory', 'odd.json');
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });

  it('answers each line of a batch with the ids of rules that no packet reaches', async () => {
    const question = JSON.stringify({ rules: RULES, groupType: 'normal' });
    await writeFile(join(folder, 'rules.jsonl'), `${question}\n{"rules":[]}\n`);
    const { stdout, exitCode } = await palisade('lint', '--batch', 'rules.jsonl');
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toEqual([{ neverMatched: ['sgr-hidden'] }, { neverMatched: [] }]);
    expect(exitCode).toBe(0);
  });
});

function ofOneGroup(fields: Readonly<Record<string, unknown>>): string {
  const group = { SecurityGroupId: 'sg-one', ...fields };
  return JSON.stringify({ ...INVENTORY, SecurityGroups: [group] });
}

function packet(parts: Readonly<Record<string, unknown>>) {
  return {
    direction: 'egress',
    family: 4,
    protocol: 6,
    srcPort: 50000,
    dstPort: 80,
    peer: '10.1.2.3',
    own: '10.0.0.1',
    ...parts,
  };
}
