export type { Identity } from './identity.ts';
export { createTokenVerifier, type TokenOptions, type TokenVerifier } from './token-verifier.ts';
