import { ApiError } from '../action';

/*
 * Refusals of the gateway itself, before any action runs. Codes and statuses are those of the help
 * page "Common error codes" (document 48054) and of the ECS page about response results.
 */

/** `Missing{Parameter}`: a common parameter is absent. */
export function missing(parameter: string): ApiError {
  return new ApiError(400, `Missing${parameter}`, `${parameter} is mandatory for this action.`);
}

export function unknownApi(): ApiError {
  return new ApiError(
    404,
    'InvalidApi.NotFound',
    'Specified api is not found, please check your url and method.',
  );
}

export function unsupportedMethod(): ApiError {
  return new ApiError(403, 'UnsupportedHTTPMethod', 'This http method is not supported.');
}

/** @param reason what the signature lacks, as the documented message says nothing about it */
export function incompleteSignature(reason: string): ApiError {
  return new ApiError(
    400,
    'IncompleteSignature',
    `The request signature does not conform to Aliyun standards. ${reason}`,
  );
}

/** @param stringToSign what the server would have signed, free of secrets */
export function signatureDoesNotMatch(stringToSign: string): ApiError {
  return new ApiError(
    400,
    'SignatureDoesNotMatch',
    `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`,
  );
}

export function nonceUsed(): ApiError {
  return new ApiError(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
}

export function malformedTimestamp(): ApiError {
  return new ApiError(
    400,
    'InvalidTimeStamp.Format',
    'Specified time stamp or date value is not well formatted.',
  );
}

export function expiredTimestamp(): ApiError {
  return new ApiError(
    400,
    'InvalidTimeStamp.Expired',
    'Specified time stamp or date value is expired.',
  );
}

export function unknownAccessKey(): ApiError {
  return new ApiError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
}

export function malformedToken(): ApiError {
  return new ApiError(
    400,
    'InvalidSecurityToken.Malformed',
    'Specified SecurityToken is malformed.',
  );
}

export function expiredToken(): ApiError {
  return new ApiError(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
}

export function internalError(): ApiError {
  return new ApiError(
    500,
    'InternalError',
    'The request processing has failed due to some unknown error.',
  );
}
