/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: [
    '<rootDir>/functions',
    '<rootDir>/shared',
    '<rootDir>/local-cloud',
    '<rootDir>/scripts',
    '<rootDir>/test',
  ],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  testTimeout: 30_000,
  // Tests wait for servers and processes more than they compute: by default one core would stay idle.
  maxWorkers: '100%',
};
