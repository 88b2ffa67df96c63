import { describeRule } from '../../shared/security-group';
import { parseClassBench } from './classbench';
import { generateRules } from './generated-rules';
import { containedRules } from './pairwise';

test('a filter set becomes rules in the order of its lines', () => {
  const text = [
    '@10.0.0.0/8\t192.0.2.1/32\t0 : 65535\t80 : 80\t0x06/0xFF\t0x0000/0x0200\t',
    '@0.0.0.0/0\t192.0.2.0/24\t53 : 53\t1024 : 65535\t0x11/0xFF\t0x0000/0x0000\t',
    '@0.0.0.0/0\t0.0.0.0/0\t0 : 65535\t0 : 65535\t0x00/0x00\t0x0000/0x0000\t',
    '',
  ].join('\n');
  expect(parseClassBench(text).map(describeRule)).toEqual([
    'drop ingress TCP 80/80 from 10.0.0.0/8 from source ports 0/65535 at 192.0.2.1/32, priority 1',
    'drop ingress UDP 1024/65535 from 0.0.0.0/0 from source ports 53/53 at 192.0.2.0/24, priority 1',
    'drop ingress ALL 0/65535 from 0.0.0.0/0 from source ports 0/65535 at 0.0.0.0/0, priority 1',
  ]);
});

test('the pairwise check finds a rule inside one other, and misses one inside two', () => {
  const line = (source: string) => `@${source} 0.0.0.0/0 0 : 65535 0 : 65535 0x06/0xFF 0x0/0x0`;
  const rules = parseClassBench(
    ['10.0.0.0/9', '10.128.0.0/9', '10.1.0.0/16', '10.0.0.0/8'].map(line).join('\n'),
  );
  expect(containedRules(rules)).toEqual([rules[2]]);
});

test('generated sets are the same for the same seed, and strongest first', () => {
  const rules = generateRules(100, 5, 'quintuple');
  expect(rules).toEqual(generateRules(100, 5, 'quintuple'));
  expect(rules).not.toEqual(generateRules(100, 6, 'quintuple'));
  expect(rules).toHaveLength(100);
  const strengths = rules.map((rule) => 2 * rule.priority + (rule.policy === 'drop' ? 0 : 1));
  expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
});
