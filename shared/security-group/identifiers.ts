import { FormatError } from './format-error';

declare const brand: unique symbol;
/** Tells identifiers apart that are all text. */
export interface Brand<Name extends string> {
  readonly [brand]: Name;
}
type Branded<Name extends string> = string & Brand<Name>;

/** The id of an Alibaba Cloud account, such as `1234567890123456`. */
export type AccountId = Branded<'AccountId'>;
/** The id of a region, such as `cn-hangzhou`. */
export type RegionId = Branded<'RegionId'>;
/** The id of a security group, such as `sg-bp67acfmxazb4p`. */
export type SecurityGroupId = Branded<'SecurityGroupId'>;
/** The id of one rule, such as `sgr-bp67acfmxazb4p`. Older reads have none. */
export type SecurityGroupRuleId = Branded<'SecurityGroupRuleId'>;

function parse<Name extends string>(what: string, form: RegExp, example: string) {
  return (text: string): Branded<Name> => {
    if (!form.test(text)) {
      throw new FormatError(`"${text}" is not ${what}: write it like ${example}`);
    }
    return text as Branded<Name>;
  };
}

/** Reads an account id. Throws FormatError. */
export const parseAccountId = parse<'AccountId'>('an account id', /^\d{5,20}$/, '1234567890123456');
/** Reads a region id. Throws FormatError. */
export const parseRegionId = parse<'RegionId'>(
  'a region id',
  /^[a-z]{2,}(-[a-z0-9]+)+$/,
  'cn-hangzhou',
);
/** Reads a security group id. Throws FormatError. */
export const parseSecurityGroupId = parse<'SecurityGroupId'>(
  'a security group id',
  /^sg-[A-Za-z0-9*_-]{1,64}$/,
  'sg-bp67acfmxazb4p',
);
/** Reads a rule id. Throws FormatError. */
export const parseSecurityGroupRuleId = parse<'SecurityGroupRuleId'>(
  'a security group rule id',
  /^sgr-[A-Za-z0-9*_-]{1,64}$/,
  'sgr-bp67acfmxazb4p',
);
