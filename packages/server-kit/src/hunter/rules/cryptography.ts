import { addArgument, replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, optionOf, type CallFact } from '../flow/facts.ts';
import { constantOf, textOf, type Value } from '../flow/value.ts';
import type { Hits, Rule, RuleContext } from './rule.ts';

const weakHashName = /^(?:md2|md4|md5|sha|sha-?1|ripemd\d*)$/i;
const pythonHashCalls =
  /^(?:hashlib\.(?:md4|md5|sha1|sha)|md5(?:\.(?:new|md5))?|sha\.new|Crypto(?:dome)?\.Hash\.(?:MD2|MD4|MD5|SHA|SHA1)\.new|(?:cryptography\.hazmat\.primitives\.)?hashes\.(?:MD5|SHA1)|passlib\.hash\.(?:md5_crypt|sha1_crypt|des_crypt|lmhash|nthash)\.(?:hash|encrypt))$/;
const javascriptHashCalls =
  /^(?:(?:CryptoJS|crypto-js)\.(?:MD5|SHA1|HmacMD5|HmacSHA1|RIPEMD160)|md5|blueimp-md5|js-md5|sha1|js-sha1|crypto-js\/md5|crypto-js\/sha1)$/;

/** Words that show that a hash only tells files or cache entries apart. */
const notSecurity =
  /etag|cache|checksum|fingerprint|dedup|bucket|shard|partition|content_?hash|file_?hash|cache_?key|revision|digest_of_file/i;
const isSecurity = /passw|secret|token|sign|auth|credential|session|hmac|nonce|salt/i;

/** A hash function for which colliding inputs can be made. */
export const weakHash: Rule = {
  id: 'weak-hash',
  cwe: 'CWE-328',
  families: ['python', 'javascript'],
  needs: {
    python: [['hashlib', 'md5', /\bsha\b/, 'Crypto', 'hashes', 'passlib', 'crypt']],
    javascript: [['rypto', 'md5', 'sha1']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const name = hashName(fact, context);
    if (name === undefined) return undefined;
    const exempt = argumentOf(fact, undefined, 'usedforsecurity')?.value;
    if (exempt !== undefined && constantOf(exempt) !== true) return undefined;
    const place = `${context.functionAround(fact.form)} ${context.lineOf(fact.form)}`;
    const secures = isSecurity.test(place);
    const identifies = !secures && notSecurity.test(place);
    const severity = secures ? 'high' : identifies ? 'low' : 'medium';
    return {
      message: `${name.toUpperCase()} is broken: two texts of the same hash are cheap to make. Use SHA-256, or a password hash for passwords.`,
      severity,
      confidence: secures ? 0.75 : identifies ? 0.4 : 0.65,
      fix: identifies ? exemptFix(fact, context) : strongerFix(fact, context),
    };
  },
};

function hashName(fact: CallFact, context: RuleContext): string | undefined {
  const { path } = fact;
  if (context.family === 'python') {
    if (pythonHashCalls.test(path))
      return path
        .replace(/\.(?:new|hash|encrypt)$/, '')
        .split('.')
        .at(-1);
    if (path === 'hashlib.new') return weakName(argumentOf(fact, 0, 'name')?.value);
    if (path === 'crypt.crypt' || path === 'crypt.mksalt') {
      const method = argumentOf(fact, path === 'crypt.crypt' ? 1 : 0, 'salt', 'method')?.value.path;
      return /METHOD_(?:CRYPT|MD5)$/.test(method ?? '') ? 'md5 or DES crypt' : undefined;
    }
    return undefined;
  }
  if (javascriptHashCalls.test(path)) return /md5/i.test(path) ? 'md5' : 'sha1';
  if (
    /^(?:crypto\.(?:createHash|createHmac|createSign|createVerify|hash)|(?:crypto|window\.crypto)\.subtle\.digest)$/.test(
      path,
    )
  ) {
    return weakName(fact.arguments[0]?.value);
  }
  return undefined;
}

function weakName(value: Value | undefined): string | undefined {
  const text = textOf(value)?.replace(/^rsa-/i, '');
  return text !== undefined && weakHashName.test(text) ? text : undefined;
}

function exemptFix(fact: CallFact, context: RuleContext): FixPlan | undefined {
  if (context.family !== 'python' || !/^hashlib\.(?:md5|sha1|new)$/.test(fact.path))
    return undefined;
  if (argumentOf(fact, undefined, 'usedforsecurity') !== undefined) return undefined;
  const edit = addArgument(fact, 'usedforsecurity=False');
  return (
    edit && {
      tier: 'apply',
      description: 'Say that the hash is not used for security',
      edits: [edit],
    }
  );
}

function strongerFix(fact: CallFact, context: RuleContext): FixPlan | undefined {
  const description = 'Use SHA-256 (stored hashes change)';
  const { callee } = fact.form;
  if (/^hashlib\.(?:md5|sha1)$/.test(fact.path) && callee.kind === 'member') {
    return { tier: 'propose', description, edits: [replace(callee.propertySpan, 'sha256')] };
  }
  const named = /^(?:hashlib\.new|crypto\.(?:createHash|createHmac))$/.test(fact.path);
  const name = fact.arguments[0];
  if (!named || name === undefined || name.form.kind !== 'literal') return undefined;
  const quote = context.text(name.form)[0] ?? "'";
  return { tier: 'propose', description, edits: [replace(name.form, `${quote}sha256${quote}`)] };
}

const pythonCiphers =
  /^(?:Crypto(?:dome)?\.Cipher\.(?:ARC2|ARC4|Blowfish|DES3?|XOR|CAST)\.new|(?:cryptography\.hazmat\.(?:primitives\.ciphers|decrepit\.ciphers)\.)?algorithms\.(?:ARC4|Blowfish|CAST5|IDEA|SEED|TripleDES|RC2)|(?:cryptography\.hazmat\.primitives\.ciphers\.)?modes\.ECB|cryptography\.hazmat\.primitives\.ciphers\.algorithms\.(?:ARC4|Blowfish|CAST5|IDEA|SEED|TripleDES)|pyDes\.(?:des|triple_des))$/;

/** A cipher or mode that gives its text away. */
export const weakCipher: Rule = {
  id: 'weak-cipher',
  cwe: 'CWE-327',
  families: ['python', 'javascript'],
  needs: {
    python: [['rypto', 'algorithms', 'modes', 'pyDes', 'AES']],
    javascript: [['rypto']],
  },
  call(fact, context): Hits {
    const message =
      'This cipher or mode no longer keeps a secret. Use AES in GCM mode, or ChaCha20-Poly1305.';
    const hit = { message, severity: 'high', confidence: 0.85 } as const;
    if (fact.isLocal) return undefined;
    if (context.family === 'python') {
      if (pythonCiphers.test(fact.path)) return hit;
      const isAes = /\bCipher\.AES\.new$|^AES\.new$/.test(fact.path);
      const mode = argumentOf(fact, 1, 'mode')?.value.path ?? '';
      return isAes && /MODE_ECB$/.test(mode) ? hit : undefined;
    }
    if (/^crypto\.create(?:C|Dec)ipher$/.test(fact.path)) return hit;
    if (
      /^(?:CryptoJS|crypto-js)\.(?:DES|TripleDES|RC4|RC4Drop|Rabbit)\.(?:encrypt|decrypt)$/.test(
        fact.path,
      )
    )
      return hit;
    if (/^crypto\.create(?:C|Dec)ipheriv$/.test(fact.path)) {
      const name = textOf(fact.arguments[0]?.value) ?? '';
      return /^(?:des|rc2|rc4|bf|blowfish|cast|idea|seed)|-ecb$/i.test(name) ? hit : undefined;
    }
    const mode = optionOf(fact, 'mode')?.path ?? '';
    return /(?:CryptoJS|crypto-js)\.mode\.ECB$/.test(mode) ? hit : undefined;
  },
};

/** A key that can be found by trying. */
export const weakKeySize: Rule = {
  id: 'weak-key-size',
  cwe: 'CWE-326',
  families: ['python', 'javascript'],
  needs: {
    python: [['generate']],
    javascript: [['generateKeyPair', 'node-rsa', 'NodeRSA']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const bits = keyBits(fact, context);
    const curve = argumentOf(fact, 0, 'curve')?.value.path ?? '';
    const isWeakCurve =
      /ec\.generate_private_key$/.test(fact.path) && /SECT163|SECP192|SECT2\d\d/.test(curve);
    if (!isWeakCurve && (bits === undefined || bits >= 2048)) return undefined;
    return {
      message: `A key of ${isWeakCurve ? 'this curve' : `${bits} bits`} can be broken. Use RSA of 2048 bits or more, or an elliptic curve of 256.`,
      severity: isWeakCurve || (bits ?? 0) >= 1024 ? 'medium' : 'high',
      confidence: 0.85,
    };
  },
};

function keyBits(fact: CallFact, context: RuleContext): number | undefined {
  let value: Value | undefined;
  if (context.family === 'python') {
    if (/(?:^|\.)rsa\.generate_private_key$/.test(fact.path))
      value = argumentOf(fact, 1, 'key_size')?.value;
    else if (/(?:^|\.)dsa\.generate_private_key$/.test(fact.path))
      value = argumentOf(fact, 0, 'key_size')?.value;
    else if (
      /^Crypto(?:dome)?\.PublicKey\.(?:RSA|DSA)\.generate$|^(?:RSA|DSA)\.generate$/.test(fact.path)
    ) {
      value = argumentOf(fact, 0, 'bits')?.value;
    }
  } else if (
    /^(?:crypto\.generateKeyPair(?:Sync)?|generateKeyPair(?:Sync)?)$/.test(fact.path) ||
    /generateKeyPair/.test(context.text(fact.form.callee))
  ) {
    value = optionOf(fact, 'modulusLength');
  } else if (/^(?:node-rsa|NodeRSA)$/.test(fact.path)) value = optionOf(fact, 'b');
  const bits = value && constantOf(value);
  return typeof bits === 'number' ? bits : undefined;
}
