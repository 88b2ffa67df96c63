import { parseRule, type Rule } from '../../shared/security-group';

/**
 * Reads a filter set in ClassBench's form, one rule a line and the first match wins:
 * `@source destination sourcePorts destinationPorts protocol/mask flags`. Flags are left out, as
 * security groups know none. The rules come out as ingress rules of one priority each policy drop, so
 * that they keep the order of the file.
 */
export function parseClassBench(text: string): Rule[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('@'))
    .map((line, index) => {
      const [source = '', destination = '', ...rest] = line.slice(1).trim().split(/\s+/);
      const numbers = rest.join(' ').match(/\d+ : \d+/g) ?? [];
      const [sourcePorts = '', ports = ''] = numbers.map((pair) => pair.replace(' : ', '/'));
      const [, protocol = '00', mask = '00'] = /0x(..)\/0x(..)/i.exec(rest.join(' ')) ?? [];
      return parseRule({
        SecurityGroupRuleId: `sgr-${index + 1}`,
        Direction: 'ingress',
        Policy: 'Drop',
        Priority: 1,
        IpProtocol: mask === '00' ? 'ALL' : String(Number.parseInt(protocol, 16)),
        PortRange: ports,
        SourcePortRange: sourcePorts,
        SourceCidrIp: source,
        DestCidrIp: destination,
      });
    });
}
