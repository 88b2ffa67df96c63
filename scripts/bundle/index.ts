/**
 * Bundles: the code of a function with what it needs of its packages, in few and small files. Of the SDKs only
 * what the product calls is taken (`prune-sdks.ts`, `left-out.ts`); the build fails when an SDK is written
 * otherwise than expected.
 */
export { BuildError } from './build-error';
export { type BundledFile, bundle, bundleOptions, compressedSize } from './bundle';
