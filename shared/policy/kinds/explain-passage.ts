import { describeRule, type Rule } from '../../security-group';
import { type Allowed, describePacket } from '../../traffic';

/** An answer that shows a packet which gets, or may get, through. */
export type Passage = Extract<Allowed, { verdict: 'allowed' | 'depends' }>;

/** What lets the packet of an answer through, in words. */
export function explainPassage(passage: Passage): string {
  const packet = describePacket({ ...passage.witness, sourcePort: null });
  if (passage.verdict === 'allowed') {
    return passage.by === 'default'
      ? `no rule matches ${packet} and the default lets it through`
      : `${nameRule(passage.by)} lets ${packet} through`;
  }
  const by = passage.by === 'default' ? 'the default' : nameRule(passage.by);
  return `${by} may let ${packet} through, depending on ${passage.on.join(', ')}`;
}

function nameRule(rule: Rule): string {
  return rule.id ? `${rule.id} (${describeRule(rule)})` : describeRule(rule);
}
