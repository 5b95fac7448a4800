import { codeInjection, dynamicImport } from './code-injection.ts';
import { commandInjection } from './command-injection.ts';
import {
  bindsAllInterfaces,
  corsAnyOrigin,
  csrfDisabled,
  debugEnabled,
  insecureWindow,
} from './configuration.ts';
import { hardCodedCredential } from './credentials.ts';
import { weakCipher, weakHash, weakKeySize } from './cryptography.ts';
import { unsafeDeserialization } from './deserialization.ts';
import { autoescapeDisabled, crossSiteScripting, templateInjection } from './markup.ts';
import {
  prototypePollution,
  timingComparison,
  unsafeBuffer,
  unsafeKey,
  unsafePattern,
} from './objects.ts';
import {
  archiveExtraction,
  insecureTemporaryFile,
  pathTraversal,
  permissiveFileMode,
} from './paths.ts';
import { ldapInjection, nosqlInjection, xpathInjection } from './queries.ts';
import { weakRandom } from './randomness.ts';
import {
  missingTimeout,
  openRedirect,
  serverSideRequestForgery,
  trustBoundary,
} from './requests.ts';
import type { Rule } from './rule.ts';
import { insecureCookie, unverifiedToken } from './sessions.ts';
import { destructiveCommand, reverseShell } from './shell-text.ts';
import { sqlInjection } from './sql-injection.ts';
import { cleartextProtocol, hostKeyUnchecked, tlsVerification } from './transport.ts';
import { xmlExternalEntities } from './xml.ts';

/** Every rule over the intermediate form. */
export const rules: readonly Rule[] = [
  codeInjection,
  dynamicImport,
  commandInjection,
  destructiveCommand,
  reverseShell,
  sqlInjection,
  xpathInjection,
  ldapInjection,
  nosqlInjection,
  templateInjection,
  crossSiteScripting,
  autoescapeDisabled,
  pathTraversal,
  archiveExtraction,
  permissiveFileMode,
  insecureTemporaryFile,
  serverSideRequestForgery,
  openRedirect,
  missingTimeout,
  trustBoundary,
  unsafeDeserialization,
  xmlExternalEntities,
  weakHash,
  weakCipher,
  weakKeySize,
  weakRandom,
  hardCodedCredential,
  tlsVerification,
  hostKeyUnchecked,
  cleartextProtocol,
  insecureCookie,
  unverifiedToken,
  debugEnabled,
  bindsAllInterfaces,
  corsAnyOrigin,
  csrfDisabled,
  insecureWindow,
  prototypePollution,
  unsafeKey,
  unsafePattern,
  unsafeBuffer,
  timingComparison,
];
