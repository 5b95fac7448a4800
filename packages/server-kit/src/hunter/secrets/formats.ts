/** How the tokens of one service look. */
export interface SecretFormat {
  /** Ends the rule's name: `secret-<id>`. */
  readonly id: string;
  /** What it is, for the message. */
  readonly title: string;
  /** Lower-case texts of which one must occur before the pattern is tried. */
  readonly keywords: readonly string[];
  /** The token is the first group, or else the whole match. */
  readonly pattern: RegExp;
  /** Least entropy of the token, bits per character. */
  readonly entropy?: number;
  /** @default 0.95 */
  readonly confidence?: number;
}

// A token must not go on on either side, or it is a part of something longer.
const before = String.raw`(?<![A-Za-z0-9_\-])`;
const after = String.raw`(?![A-Za-z0-9_\-])`;

function token(body: string, flags = 'g'): RegExp {
  return new RegExp(`${before}(${body})${after}`, flags);
}

/** A value that is given to a name which speaks of the service, as `VERCEL_TOKEN = "…"`. */
function named(service: string, body: string): RegExp {
  return new RegExp(
    `(?:${service})[\\w.\\-]{0,24}["'\`]?\\s{0,3}(?::?=>?|:)\\s{0,3}["'\`]?(${body})(?![\\w\\-])`,
    'gi',
  );
}

/**
 * Formats that services publish for their tokens, or that their tokens are known to have.
 * @see https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
 */
export const secretFormats: readonly SecretFormat[] = [
  {
    id: 'aws-access-key',
    title: 'AWS access key',
    keywords: ['akia', 'asia', 'abia', 'acca', 'a3t'],
    pattern: token('(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'),
  },
  {
    id: 'aws-secret-key',
    title: 'AWS secret key',
    keywords: ['aws', 'secret_access_key', 'secretaccesskey'],
    pattern: named('aws[\\w.\\- ]{0,20}(?:secret|sk)|secret_?access_?key', '[A-Za-z0-9/+=]{40}'),
    entropy: 3.8,
  },
  {
    id: 'github-token',
    title: 'GitHub token',
    keywords: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: token(
      'gh[pousr]_[A-Za-z0-9]{36,255}|ghs_\\d+_eyJ[A-Za-z0-9_\\-]+\\.eyJ[A-Za-z0-9_\\-]+\\.[A-Za-z0-9_\\-]+|github_pat_[A-Za-z0-9_]{22,255}',
    ),
  },
  {
    id: 'gitlab-token',
    title: 'GitLab token',
    keywords: [
      'glpat-',
      'gldt-',
      'glptt-',
      'glrt-',
      'glcbt-',
      'glsoat-',
      'glft-',
      'glimt-',
      'glagent-',
      'gloas-',
    ],
    pattern: token(
      '(?:glpat|gldt|glrt|glcbt|glsoat|glft|glimt|glagent|gloas)-[A-Za-z0-9_\\-]{20,64}|glptt-[0-9a-f]{40}',
    ),
  },
  {
    id: 'slack-token',
    title: 'Slack token',
    keywords: ['xox', 'xapp-', 'xoxe'],
    pattern: token(
      'xox[abpors]-(?:\\d-)?[A-Za-z0-9\\-]{10,250}|xapp-\\d-[A-Z0-9]{9,12}-\\d{9,15}-[a-z0-9]{32,70}|xoxe(?:\\.xox[bp])?-\\d-[A-Za-z0-9\\-]{40,250}',
    ),
  },
  {
    id: 'slack-webhook',
    title: 'Slack webhook',
    keywords: ['hooks.slack.com'],
    pattern:
      /(https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/T\w{5,12}\/[A-Za-z0-9+/]{12,60})/g,
  },
  {
    id: 'stripe-key',
    title: 'Stripe key',
    keywords: ['sk_live', 'sk_test', 'sk_prod', 'rk_live', 'rk_test', 'rk_prod', 'whsec_'],
    pattern: token('(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,247}|whsec_[A-Za-z0-9]{24,64}'),
  },
  {
    id: 'google-api-key',
    title: 'Google API key',
    keywords: ['aiza'],
    pattern: token('AIza[A-Za-z0-9_\\-]{35}'),
  },
  {
    id: 'google-oauth-secret',
    title: 'Google OAuth client secret',
    keywords: ['gocspx-'],
    pattern: token('GOCSPX-[A-Za-z0-9_\\-]{28}'),
  },
  {
    id: 'google-oauth-token',
    title: 'Google OAuth token',
    keywords: ['ya29.'],
    pattern: token('ya29\\.[A-Za-z0-9_\\-]{30,250}'),
  },
  {
    id: 'private-key',
    title: 'private key',
    keywords: ['-----begin'],
    pattern:
      /(-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S]{64,9000}?-----END[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----)/g,
  },
  {
    id: 'json-web-token',
    title: 'JSON web token',
    keywords: ['eyj'],
    pattern: token('eyJ[A-Za-z0-9_\\-]{14,}\\.eyJ[A-Za-z0-9_\\-]{14,}\\.[A-Za-z0-9_\\-]{20,}'),
    entropy: 3,
    confidence: 0.75,
  },
  {
    id: 'openai-key',
    title: 'OpenAI key',
    keywords: ['sk-'],
    pattern: token(
      'sk-(?:proj|svcacct|admin)-[A-Za-z0-9_\\-]{20,}T3BlbkFJ[A-Za-z0-9_\\-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|sk-(?:proj|svcacct|admin)-[A-Za-z0-9_\\-]{40,200}',
    ),
  },
  {
    id: 'anthropic-key',
    title: 'Anthropic key',
    keywords: ['sk-ant-'],
    pattern: token(
      'sk-ant-(?:api\\d{2}|admin\\d{2}|oat\\d{2})-[A-Za-z0-9_\\-]{60,110}AA|sk-ant-[a-z0-9]{3,8}-[A-Za-z0-9_\\-]{80,110}',
    ),
  },
  { id: 'groq-key', title: 'Groq key', keywords: ['gsk_'], pattern: token('gsk_[A-Za-z0-9]{52}') },
  {
    id: 'hugging-face-token',
    title: 'Hugging Face token',
    keywords: ['hf_', 'api_org_'],
    pattern: token('hf_[A-Za-z]{34}|api_org_[A-Za-z]{34}'),
  },
  {
    id: 'npm-token',
    title: 'npm token',
    keywords: ['npm_', '_authtoken'],
    pattern: token('npm_[A-Za-z0-9]{36}'),
  },
  {
    id: 'npm-registry-auth',
    title: 'npm registry login',
    keywords: ['_authtoken'],
    pattern: /_authToken\s{0,3}=\s{0,3}["']?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/gi,
  },
  {
    id: 'pypi-token',
    title: 'PyPI token',
    keywords: ['pypi-ageichlwas5vcmc'],
    pattern: token('pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_\\-]{50,1000}'),
  },
  {
    id: 'rubygems-token',
    title: 'RubyGems token',
    keywords: ['rubygems_'],
    pattern: token('rubygems_[a-f0-9]{48}'),
  },
  {
    id: 'docker-token',
    title: 'Docker Hub token',
    keywords: ['dckr_'],
    pattern: token('dckr_(?:pat|oat)_[A-Za-z0-9_\\-]{24,40}'),
  },
  {
    id: 'sendgrid-key',
    title: 'SendGrid key',
    keywords: ['sg.'],
    pattern: token('SG\\.[A-Za-z0-9_\\-]{20,24}\\.[A-Za-z0-9_\\-]{39,50}'),
  },
  {
    id: 'mailgun-key',
    title: 'Mailgun key',
    keywords: ['key-'],
    pattern: token('key-[a-f0-9]{32}'),
    entropy: 3,
  },
  {
    id: 'mailchimp-key',
    title: 'Mailchimp key',
    keywords: ['-us'],
    pattern: token('[a-f0-9]{32}-us\\d{1,2}'),
    entropy: 3,
  },
  {
    id: 'twilio-key',
    title: 'Twilio key',
    keywords: ['sk', 'twilio'],
    pattern: token('SK[0-9a-f]{32}'),
    entropy: 3,
  },
  {
    id: 'telegram-token',
    title: 'Telegram bot token',
    keywords: [':aa'],
    pattern: token('\\d{8,10}:AA[A-Za-z0-9_\\-]{32,34}'),
    entropy: 3,
  },
  {
    id: 'discord-webhook',
    title: 'Discord webhook',
    keywords: ['/api/webhooks/'],
    pattern:
      /(https:\/\/(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,70})/g,
  },
  {
    id: 'shopify-token',
    title: 'Shopify token',
    keywords: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    pattern: token('shp(?:at|ca|pa|ss)_[a-zA-Z0-9]{32,40}'),
  },
  {
    id: 'square-token',
    title: 'Square token',
    keywords: ['sq0', 'eaaa'],
    pattern: token('sq0(?:atp|csp|idp)-[A-Za-z0-9_\\-]{22,43}|EAAA[A-Za-z0-9_\\-]{60}'),
    entropy: 3,
  },
  {
    id: 'digitalocean-token',
    title: 'DigitalOcean token',
    keywords: ['dop_v1_', 'doo_v1_', 'dor_v1_'],
    pattern: token('do[opr]_v1_[a-f0-9]{64}'),
  },
  {
    id: 'databricks-token',
    title: 'Databricks token',
    keywords: ['dapi', 'dkea', 'dose'],
    pattern: token('(?:dapi|dkea|dose|dsapi)[a-fA-F0-9]{32}(?:-\\d)?'),
  },
  {
    id: 'hashicorp-vault-token',
    title: 'Vault token',
    keywords: ['hvs.', 'hvb.', 'hvr.', 's.'],
    pattern: token('hv[sbr]\\.[A-Za-z0-9_\\-]{24,300}'),
  },
  {
    id: 'hashicorp-vault-legacy-token',
    title: 'Vault token',
    keywords: ['vault'],
    pattern: named('vault_?token|vault', '[sbr]\\.[A-Za-z0-9]{24}'),
    entropy: 3,
  },
  {
    id: 'terraform-token',
    title: 'Terraform Cloud token',
    keywords: ['atlasv1'],
    pattern: token('[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_\\-=]{60,70}'),
  },
  {
    id: 'grafana-token',
    title: 'Grafana token',
    keywords: ['glsa_', 'glc_', 'eyjrijoi'],
    pattern: token(
      'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,2}|eyJrIjoi[A-Za-z0-9]{60,400}={0,2}',
    ),
  },
  {
    id: 'tailscale-key',
    title: 'Tailscale key',
    keywords: ['tskey-'],
    pattern: token(
      'tskey-(?:api|auth|client|scim|webhook|reusable|ephemeral)?-?[A-Za-z0-9]{6,24}-[A-Za-z0-9]{8,48}|tskey-[A-Za-z0-9\\-]{16,80}',
    ),
  },
  {
    id: 'linear-key',
    title: 'Linear key',
    keywords: ['lin_api_'],
    pattern: token('lin_api_[A-Za-z0-9]{40,48}'),
  },
  {
    id: 'notion-token',
    title: 'Notion token',
    keywords: ['ntn_', 'secret_'],
    pattern: token('ntn_\\d{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}'),
    entropy: 3,
  },
  {
    id: 'figma-token',
    title: 'Figma token',
    keywords: ['figd_', 'figo_', 'figu_', 'figor_', 'figur_'],
    pattern: token(
      'fig(?:d|o|u|or|ur)_[A-Za-z0-9_\\-]{40,60}|fig(?:d|o|u|or|ur|oh|uh)_[A-Za-z0-9_\\-]{36,}',
    ),
  },
  {
    id: 'vercel-token',
    title: 'Vercel token',
    keywords: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
    pattern: token('vc[piark]_[A-Za-z0-9]{24,64}'),
  },
  {
    id: 'vercel-named-token',
    title: 'Vercel token',
    keywords: ['vercel'],
    pattern: named('vercel[\\w.\\-]{0,16}(?:token|key|secret)', '[A-Za-z0-9]{24}'),
    entropy: 3,
  },
  {
    id: 'cloudflare-token',
    title: 'Cloudflare token',
    keywords: ['cloudflare', 'cf_api', 'v1.0-'],
    pattern: named(
      'cloudflare[\\w.\\-]{0,16}|cf_api_(?:key|token)',
      '[A-Za-z0-9_\\-]{37,45}|v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}',
    ),
    entropy: 3,
  },
  {
    id: 'cloudflare-user-token',
    title: 'Cloudflare token',
    keywords: ['cfut_', 'cfat_', 'cfk_'],
    pattern: token('cf(?:ut|at|k)_[A-Za-z0-9]{40}[a-f0-9]{8}'),
  },
  {
    id: 'cloudflare-origin-key',
    title: 'Cloudflare origin CA key',
    keywords: ['v1.0-'],
    pattern: token('v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}'),
  },
  {
    id: 'azure-secret',
    title: 'Azure client secret',
    keywords: ['q~'],
    pattern:
      /(?<![A-Za-z0-9_~.-])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})(?![A-Za-z0-9_~.-])/g,
    entropy: 3,
  },
  {
    id: 'azure-storage-key',
    title: 'Azure storage key',
    keywords: ['accountkey=', 'sharedaccesskey='],
    pattern: /(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{43,86}={1,2})/g,
    entropy: 3.5,
  },
  {
    id: 'onepassword-token',
    title: '1Password service token',
    keywords: ['ops_eyj', 'a3-'],
    pattern: token(
      'ops_eyJ[A-Za-z0-9+/\\-_]{150,}={0,3}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}',
    ),
    entropy: 3,
  },
  {
    id: 'heroku-key',
    title: 'Heroku key',
    keywords: ['hrku-'],
    pattern: token('HRKU-(?:AA)?[A-Za-z0-9_\\-]{36,60}'),
  },
  {
    id: 'new-relic-key',
    title: 'New Relic key',
    keywords: ['nrak-'],
    pattern: token('NRAK-[A-Z0-9]{27}'),
  },
  {
    id: 'postman-key',
    title: 'Postman key',
    keywords: ['pmak-'],
    pattern: token('PMAK-[a-f0-9]{24}-[a-f0-9]{34}'),
  },
  {
    id: 'planetscale-token',
    title: 'PlanetScale token',
    keywords: ['pscale_'],
    pattern: token('pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.\\-]{32,64}'),
  },
  {
    id: 'supabase-key',
    title: 'Supabase key',
    keywords: ['sbp_', 'sb_secret_'],
    pattern: token('sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_\\-]{20,60}'),
  },
  {
    id: 'dropbox-token',
    title: 'Dropbox token',
    keywords: ['sl.'],
    pattern: token('sl\\.(?:u\\.)?[A-Za-z0-9_\\-]{130,1200}'),
    entropy: 3.5,
  },
  {
    id: 'atlassian-token',
    title: 'Atlassian token',
    keywords: ['atatt3'],
    pattern: token('ATATT3[A-Za-z0-9_\\-=]{150,250}'),
  },
  {
    id: 'doppler-token',
    title: 'Doppler token',
    keywords: ['dp.pt.'],
    pattern: token('dp\\.pt\\.[A-Za-z0-9]{43}'),
  },
  {
    id: 'age-key',
    title: 'age secret key',
    keywords: ['age-secret-key-1'],
    pattern: token('AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'),
  },
  {
    id: 'secp256k1-key',
    title: 'secp256k1 private key',
    keywords: ['private', 'secp256k1', 'priv_key'],
    pattern: named('private_?key|priv_?key|secp256k1', '(?:0x)?[a-fA-F0-9]{64}'),
    entropy: 3,
  },
  {
    id: 'database-url',
    title: 'database URL with a password',
    keywords: ['://'],
    pattern:
      /((?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver|oracle|cockroachdb|clickhouse)(?:\+\w+)?:\/\/[^\s:@/'"`<>]{0,80}:[^\s@/'"`<>]{1,120}@[^\s'"`<>)]{1,200})/gi,
    confidence: 0.85,
  },
  {
    id: 'basic-auth-url',
    title: 'URL with a password',
    keywords: ['://'],
    pattern:
      /((?:https?|ftps?|sftp|ssh|git|svn):\/\/[^\s:@/'"`<>[\]]{1,80}:[^\s:@/'"`<>[\]]{1,120}@[^\s'"`<>)]{1,200})/gi,
    confidence: 0.8,
  },
];
