import { addArgument, replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, hasSpread, optionOf } from '../flow/facts.ts';
import { constantOf, textOf } from '../flow/value.ts';
import { judge, type Hit, type Hits, type Rule } from './rule.ts';
import { pythonOutsideWords } from './words.ts';

/** Calls that open a path, with the positions of their paths. */
const pythonOpeners: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^(?:open|io\.open|codecs\.open|os\.open|aiofiles\.open|builtins\.open|file)$/, [0]],
  [
    /^os\.(?:remove|unlink|rmdir|removedirs|mkdir|makedirs|listdir|scandir|stat|chmod|chown|truncate|readlink)$/,
    [0],
  ],
  [/^os\.(?:rename|replace|link|symlink)$/, [0, 1]],
  [/^shutil\.(?:copy|copy2|copyfile|copytree|move)$/, [0, 1]],
  [/^shutil\.(?:rmtree|unpack_archive)$/, [0]],
  [/(?:^|\.)(?:send_file|FileResponse|static_file)$/, [0]],
  [
    /^(?:zipfile\.ZipFile|tarfile\.open|gzip\.open|bz2\.open|lzma\.open|sqlite3\.connect|fileinput\.input|linecache\.getline)$/,
    [0],
  ],
];
const pathMethods =
  /^(?:open|read_text|read_bytes|write_text|write_bytes|unlink|rmdir|mkdir|rename|touch|iterdir|exists|stat)$/;

const javascriptOpeners: readonly (readonly [RegExp, readonly number[]])[] = [
  [
    /^(?:fs|fs-extra|graceful-fs)\.(?:read\w*|write\w*|append\w*|create(?:Read|Write)Stream|open\w*|unlink\w*|rm\w*|mkdir\w*|stat\w*|lstat\w*|access\w*|exists\w*|truncate\w*|chmod\w*|chown\w*|watch\w*|readlink\w*|realpath\w*|opendir\w*|output\w*|remove\w*|ensure\w*|move\w*)$/,
    [0],
  ],
  [/^(?:fs|fs-extra|graceful-fs)\.(?:rename|copyFile|link|symlink|cp|copy)(?:Sync)?$/, [0, 1]],
  [/^res\.(?:sendFile|sendfile|download)$|\.(?:sendFile|sendfile)$/, [0]],
  [/^(?:Deno\.(?:readTextFile|readFile|open|remove)|Bun\.file)$/, [0]],
];

/** A path that others decide leads out of the directory that it was meant for. */
export const pathTraversal: Rule = {
  id: 'path-traversal',
  cwe: 'CWE-22',
  families: ['python', 'javascript'],
  needs: {
    python: [
      [
        /\b(?:open|file|os|io)\b/,
        'shutil',
        'send_file',
        'FileResponse',
        'static_file',
        'zipfile',
        'tarfile',
        'gzip',
        'bz2',
        'lzma',
        'sqlite3',
        'fileinput',
        'linecache',
        'pathlib',
        'aiofiles',
        'codecs',
      ],
      pythonOutsideWords,
    ],
    javascript: [['fs', 'sendFile', 'sendfile', 'download', 'Deno', 'Bun']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const openers = context.family === 'python' ? pythonOpeners : javascriptOpeners;
    const positions = openers.find(([pattern]) => pattern.test(fact.path))?.[1] ?? [];
    const values = positions.flatMap((position) => {
      const argument = argumentOf(
        fact,
        position,
        ...(position === 0 ? ['file', 'path', 'filename', 'name', 'path_or_file'] : ['dst']),
      );
      return argument === undefined ? [] : [argument.value];
    });
    const { receiver } = fact;
    const isPath = receiver !== undefined && /^pathlib\.\w*Path\b/.test(receiver.path ?? '');
    if (isPath && pathMethods.test(fact.method)) values.push(receiver);
    // With a root, Express itself refuses what leads out of it.
    if (/sendFile$/i.test(fact.path) && optionOf(fact, 'root') !== undefined) return undefined;
    for (const value of values) {
      const hit = pathHit(
        judge(value, 'path', this.cwe),
        value.text,
        context.family === 'javascript',
      );
      if (hit !== undefined) return hit;
    }
    return undefined;
  },
};

function pathHit(
  judged: ReturnType<typeof judge>,
  text: string | undefined,
  reportsUnresolved: boolean,
): Hit | undefined {
  const message = `The path comes from ${judged.who}, so \`../\` in it can reach any file. Take the base name, or resolve the path and check that it stays inside.`;
  if (judged.evidence === 'input') {
    return { message, severity: judged.severity, confidence: judged.confidence };
  }
  // Who starts a program may open any of his files with it.
  if (judged.evidence === 'local') return { message, severity: 'low', confidence: 0.4 };
  if (judged.evidence !== 'unresolved' || !reportsUnresolved) return undefined;
  // A name of the module system, as import.meta.dirname, is where the program itself lives.
  if (/^import$/.test(judged.taint?.source ?? '') || text === undefined) {
    return { message, severity: 'low', confidence: 0.4 };
  }
  return { message, severity: 'low', confidence: 0.45 };
}

/** Names inside an archive decide where its files are written. */
export const archiveExtraction: Rule = {
  id: 'archive-extraction',
  cwe: 'CWE-22',
  families: ['python'],
  needs: {
    python: [['extract']],
  },
  call(fact): Hits {
    const isTar =
      (/^(?:extractall|extract)$/.test(fact.method) &&
        /tarfile|tar/i.test(`${fact.receiver?.path ?? ''}`)) ||
      fact.path === 'tarfile.extractall';
    if (!isTar || hasSpread(fact)) return undefined;
    const filter = argumentOf(fact, undefined, 'filter')?.value;
    const members = argumentOf(fact, 1, 'members');
    const isTrusting = textOf(filter) === 'fully_trusted';
    if (filter !== undefined && !isTrusting) return undefined;
    // A list that was chosen beforehand is the older way to stay safe.
    const chosen = members !== undefined && members.form.kind !== 'name';
    if (filter === undefined && fact.method === 'extractall' && chosen) return undefined;
    const edit = filter === undefined ? addArgument(fact, "filter='data'") : undefined;
    const fix: FixPlan | undefined = edit && {
      tier: 'apply',
      description: 'Refuse members that leave the target directory',
      edits: [edit],
    };
    return {
      message:
        'Members of the archive may be named `../../x` or be links, and are written there. Extract with filter="data".',
      severity: 'medium',
      confidence: 0.75,
      fix,
    };
  },
};

/** A file that anyone on the machine may change. */
export const permissiveFileMode: Rule = {
  id: 'permissive-file-mode',
  cwe: 'CWE-732',
  families: ['python', 'javascript'],
  needs: {
    python: [['chmod']],
    javascript: [['chmod']],
  },
  call(fact, context): Hits {
    const isPython = context.family === 'python';
    const changes = isPython
      ? /^(?:os\.(?:l|f)?chmod|os\.umask)$/.test(fact.path) ||
        (fact.method === 'chmod' && /^pathlib/.test(fact.path))
      : /^(?:fs|fs-extra)\.(?:l|f)?chmod(?:Sync)?$/.test(fact.path);
    if (!changes || fact.path === 'os.umask') return undefined;
    const argument = fact.path.startsWith('pathlib')
      ? argumentOf(fact, 0, 'mode')
      : argumentOf(fact, 1, 'mode');
    const raw = argument && constantOf(argument.value);
    const mode = typeof raw === 'string' ? Number.parseInt(raw, 8) : raw;
    const symbolic = /stat\.(?:S_IWOTH|S_IRWXO|S_IXOTH|S_IWGRP|S_IRWXG)$/.test(
      argument?.value.path ?? '',
    );
    const isOpen =
      typeof mode === 'number'
        ? (mode & 0o22) !== 0 || ((mode & 0o1) !== 0 && (mode & 0o100) === 0)
        : symbolic;
    if (argument === undefined || !isOpen) return undefined;
    const forAll =
      typeof mode === 'number' ? (mode & 0o2) !== 0 : /OTH|RWXO/.test(argument.value.path ?? '');
    const fix: FixPlan | undefined =
      argument.form.kind === 'literal'
        ? {
            tier: 'propose',
            description: 'Leave the file to its owner',
            edits: [replace(argument.form, typeof raw === 'string' ? "'600'" : '0o600')],
          }
        : undefined;
    return {
      message: 'Others on the machine may change this file. Give write access to the owner alone.',
      severity: forAll ? 'medium' : 'low',
      confidence: 0.8,
      fix,
    };
  },
};

/** A file name that another program can take first. */
export const insecureTemporaryFile: Rule = {
  id: 'insecure-temporary-file',
  cwe: 'CWE-377',
  families: ['python'],
  needs: {
    python: [[/\bopen\b/, 'mktemp', 'tempnam', 'tmpnam']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    if (/^(?:tempfile\.mktemp(?:\.mktemp)?|os\.tempnam|os\.tmpnam)$/.test(fact.path)) {
      const { callee } = fact.form;
      const plain =
        fact.path === 'tempfile.mktemp' && callee.kind === 'member' && fact.arguments.length === 0;
      const fix: FixPlan | undefined = plain
        ? {
            tier: 'propose',
            description: 'Create the file at once (the caller has to delete it)',
            edits: [
              replace(
                fact.form,
                `${context.text(callee.object)}.NamedTemporaryFile(delete=False).name`,
              ),
            ],
          }
        : undefined;
      return {
        message:
          'Between choosing the name and opening the file another program can create it. Use NamedTemporaryFile or mkstemp.',
        severity: 'medium',
        confidence: 0.9,
        fix,
      };
    }
    const path = textOf(argumentOf(fact, 0, 'file')?.value);
    const mode = textOf(argumentOf(fact, 1, 'mode')?.value) ?? 'r';
    const isShared = path !== undefined && /^\/(?:tmp|var\/tmp|dev\/shm)\/[^\0]+$/.test(path);
    if (
      !isShared ||
      !/^(?:open|io\.open)$/.test(fact.path) ||
      !/[wa+x]/.test(mode) ||
      mode.includes('x')
    )
      return undefined;
    return {
      message:
        'A fixed name in a shared directory can be taken or linked elsewhere by another user. Use the tempfile module.',
      severity: 'low',
      confidence: 0.5,
    };
  },
};
