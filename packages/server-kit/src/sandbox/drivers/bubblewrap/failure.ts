/** Why bubblewrap could not start, and the one line that mends it. */
export interface Failure {
  reason: string;
  fix?: string;
}

interface KnownFailure {
  pattern: RegExp;
  reason: string;
  /** The fix on a machine of one's own and inside a container. */
  fix: string;
  containerFix?: string;
}

const containerFix =
  'docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined …';

// Both spellings of the first message are in the wild; bubblewrap corrected it in 0.5.
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /No permissions to creat(?:e|ing) (?:a )?new namespace/,
    reason: 'This system does not let unprivileged users create namespaces.',
    fix: 'sysctl -w kernel.unprivileged_userns_clone=1',
    containerFix,
  },
  {
    // https://github.com/containers/bubblewrap/issues/632
    pattern: /setting up uid map: Permission denied|loopback: Failed RTM_NEWADDR/,
    reason: 'AppArmor restricts user namespaces and has no profile that lets bwrap have them.',
    fix:
      'apt-get install apparmor-profiles && ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict ' +
      '/etc/apparmor.d/ && apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict',
  },
  {
    pattern: /Can't mount proc/,
    reason: 'The container hides parts of /proc, so a new one may not be mounted.',
    fix: containerFix,
  },
  {
    pattern: /max_\*_namespaces exceeded|No space left on device.*namespace/,
    reason: 'The limit on user namespaces is reached or zero.',
    fix: 'sysctl -w user.max_user_namespaces=28633',
  },
  {
    pattern: /pivot_root: /,
    reason: 'The container does not let the root directory be changed.',
    fix: containerFix,
  },
];

/** Recognises what bubblewrap wrote when it failed to start. */
export function explainFailure(stderr: string, { inContainer }: { inContainer: boolean }): Failure {
  const known = knownFailures.find(({ pattern }) => pattern.test(stderr));
  if (known === undefined) {
    const said = stderr.trim().split('\n')[0] ?? '';
    return { reason: `bubblewrap did not start: ${said === '' ? 'it gave no reason' : said}` };
  }
  const fix = inContainer ? (known.containerFix ?? known.fix) : known.fix;
  return { reason: known.reason, fix };
}
