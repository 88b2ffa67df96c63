/**
 * Packages: one zip file for each function, the same byte for byte whenever the same is packed, for consoles
 * and tools that take code as a zip file (`package-functions.ts`).
 */
export { type Package, packageFunctions } from './package-functions';
export { type ZipEntry, zip } from './zip';
