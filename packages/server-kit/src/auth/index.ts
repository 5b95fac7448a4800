export { authEntry } from './auth-entry.ts';
export { bearerTokenOf } from './bearer-token.ts';
export {
  createAddressOf,
  isLoopback,
  networkOf,
  type AddressedRequest,
  type AddressOf,
  type TrustProxy,
} from './client-address.ts';
export { createFailureLimit, isGuess, type FailureLimit } from './failure-limit.ts';
export { hostIdentity, type Identity, type RevocableIdentity } from './identity.ts';
export { refuseToken, type TokenRefusal } from './refuse-token.ts';
export type { Revocation, RevocationRecord } from './revocation.ts';
export { createRevocations, type Revocations, type RevocationStore } from './revocations.ts';
export type { RemoteKeysOptions, TokenOptions } from './token-options.ts';
export { createTokenVerifier, tokenLifeOf, type TokenVerifier } from './token-verifier.ts';
