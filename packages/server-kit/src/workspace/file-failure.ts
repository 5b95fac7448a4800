import { RequestError } from '../errors.ts';

/**
 * Turns an error of the file system into a refusal that a client may see: it names the path inside
 * the workspace and never the host's. Unknown errors come back as they are.
 */
export function fileFailure(error: unknown, path: string): unknown {
  if (error instanceof RequestError) return error;
  const name = path === '' ? 'The workspace' : path;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const refusal = (...[as, text]: [RequestError['code'], string]): RequestError =>
    new RequestError(as, `${name} ${text}`, { cause: error });

  switch (code) {
    case 'ENOENT':
      return refusal('not_found', 'does not exist.');
    case 'ENOTDIR':
      return refusal('not_a_directory', 'is not a directory.');
    case 'EISDIR':
    case 'ENXIO':
      return refusal('not_a_file', 'is not a regular file.');
    case 'EEXIST':
      return refusal('already_exists', 'exists already.');
    case 'ENOTEMPTY':
      return refusal('conflict', 'is not empty. Delete it with all that is in it (recursive).');
    case 'ELOOP':
      return linkRefusal(path, error);
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'EILSEQ':
      return refusal('invalid_message', 'is not a name that this file system takes.');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return refusal('forbidden', 'may not be accessed: its permissions forbid it.');
    case 'EFBIG':
      return refusal('too_large', 'would be larger than this file system takes.');
    case 'ENOSPC':
    case 'EDQUOT':
      return unavailable(`${name} cannot be written: the disk is full.`, error);
    case 'EIO':
    case 'EBUSY':
    case 'ESTALE':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
    case 'EAGAIN':
      return unavailable(`${name} cannot be reached at the moment. Try again.`, error);
    default:
      return error;
  }
}

/** The refusal for a link on the way, which could lead anywhere. */
export function linkRefusal(path: string, cause?: unknown): RequestError {
  return new RequestError(
    'path_outside_workspace',
    `${path} leads over a link. Links are not followed; name the file itself.`,
    { cause },
  );
}

/** A failure that may pass, as a full disk. */
export function unavailable(message: string, cause?: unknown): RequestError {
  return new RequestError('unavailable', message, { retryable: true, cause });
}
