import { ApiError } from '../action';

/** A refusal in the terms of OSS. `details` become further elements of the answer, such as `BucketName`. */
export class OssError extends ApiError {
  constructor(
    status: number,
    code: string,
    message: string,
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(status, code, message);
  }
}

/*
 * Codes, statuses and messages are those of the help pages "Error responses" and "HTTP status code 403",
 * "404" and "409" of OSS.
 */

export function accessDenied(message: string): OssError {
  return new OssError(403, 'AccessDenied', message);
}

/** @param name argument or header, as sent */
export function invalidArgument(message: string, name: string, value: string): OssError {
  return new OssError(400, 'InvalidArgument', message, {
    ArgumentName: name,
    ArgumentValue: value,
  });
}

export function unknownAccessKey(accessKeyId: string): OssError {
  return new OssError(
    403,
    'InvalidAccessKeyId',
    'The OSS Access Key Id you provided does not exist in our records.',
    { OSSAccessKeyId: accessKeyId },
  );
}

export function invalidToken(): OssError {
  return new OssError(403, 'InvalidSecurityToken', 'The security token you provided is invalid.');
}

export function expiredToken(): OssError {
  return new OssError(403, 'SecurityTokenExpired', 'The security token you provided has expired.');
}

export function requestTimeTooSkewed(requestTime: number, serverTime: number): OssError {
  return new OssError(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      MaxAllowedSkewMilliseconds: '900000',
      RequestTime: new Date(requestTime).toISOString(),
      ServerTime: new Date(serverTime).toISOString(),
    },
  );
}

/** @param stringToSign what the server would have signed, free of secrets */
export function signatureDoesNotMatch(accessKeyId: string, stringToSign: string): OssError {
  return new OssError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { OSSAccessKeyId: accessKeyId, StringToSign: stringToSign },
  );
}

export function noSuchBucket(bucket: string): OssError {
  return new OssError(404, 'NoSuchBucket', 'The specified bucket does not exist.', {
    BucketName: bucket,
  });
}

export function noSuchKey(key: string): OssError {
  return new OssError(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
}

/** @param endpoint the one that serves the bucket */
export function wrongEndpoint(bucket: string, endpoint: string): OssError {
  return new OssError(
    403,
    'AccessDenied',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { Bucket: bucket, Endpoint: endpoint },
  );
}

export function fileAlreadyExists(): OssError {
  return new OssError(
    409,
    'FileAlreadyExists',
    'The object you specified already exists and can not be overwritten.',
  );
}

export function invalidDigest(message: string, claimed: string): OssError {
  return new OssError(400, 'InvalidDigest', message, { 'Content-MD5': claimed });
}

export function invalidObjectName(): OssError {
  return new OssError(400, 'InvalidObjectName', 'The specified object is not valid.');
}

export function methodNotAllowed(method: string, resource: 'Object' | 'Bucket'): OssError {
  return new OssError(
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    { Method: method, ResourceType: resource },
  );
}

/** @param what a part of OSS that the local cloud has not got */
export function notImplemented(what: string): OssError {
  return new OssError(501, 'NotImplemented', `The local cloud has no ${what} of OSS.`);
}

export function internalError(): OssError {
  return new OssError(500, 'InternalError', 'We encountered an internal error. Please try again.');
}
