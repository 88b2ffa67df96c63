/** A fresh resource id: the prefix and 20 random letters and digits. */
export function newId(prefix: string, random: () => number): string {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const pick = () => characters[Math.floor(random() * characters.length)] ?? 'a';
  return prefix + Array.from({ length: 20 }, pick).join('');
}

/** Whether a text can be the id of a group. */
export function isGroupId(text: string): boolean {
  return /^sg-[\w-]{1,61}$/.test(text);
}

/** Whether a text can be the id of a rule. */
export function isRuleId(text: string): boolean {
  return /^sgr-[\w-]{1,60}$/.test(text);
}
