import type { StoredRequest } from './approval-store.ts';
import { visibleText } from './visible-text.ts';

/** What a grant lets pass: exactly the requests whose key is the same. */
export interface GrantScope {
  key: string;
  /** The same in words, for the approver and for the list of grants. */
  text: string;
}

/**
 * A command of plain words alone: nothing in it that the shell would expand, redirect or chain. Blank
 * is what is blank for the shell; other characters that leave no ink are part of a word there.
 */
const plainCommand = /^[ \t]*[\w@%+:,./-]+(?:[ \t]+[\w@%+:,./=-]+)*[ \t]*$/;

/**
 * The narrowest scope that still spares questions, so that who grants it can foresee what passes:
 * - code: programs in the same language, for the same file if one is named;
 * - a command: the same first two words in the same directory, as `npm test`; one that is more than
 *   plain words, as with a pipe or a variable, only as it stands;
 * - what names paths: the same operation on the same paths, whatever is written there;
 * - all else: the very same fields.
 *
 * @param paths The confined paths of the request by the field that names them.
 * @param facts What the policies were told: a client may spell one language in several ways.
 */
export function grantScope(
  { type, input }: Pick<StoredRequest, 'type' | 'input'>,
  paths: Readonly<Record<string, string>>,
  facts: { language?: string | undefined } = {},
): GrantScope {
  const places = Object.values(paths).map((path) => path || 'the workspace');
  switch (type) {
    case 'code_execute': {
      const language = facts.language ?? String(input['language']);
      const file = places.length > 0 ? ` for ${places.join(', ')}` : '';
      return scope([type, language, paths], `any ${language} program${file}`);
    }
    case 'terminal_command': {
      const command = String(input['command']);
      const isPlain = plainCommand.test(command);
      const parts = command.split(/[ \t]+/).filter((part) => part !== '');
      const shown = isPlain ? parts.slice(0, 2).join(' ') : command;
      const rest = isPlain && parts.length > 1 ? ' …' : '';
      return scope([type, isPlain, shown, paths], `${shown}${rest} in ${places.join(', ')}`);
    }
    default:
      return places.length > 0
        ? scope([type, input['recursive'] === true, paths], `${words(type)} ${places.join(', ')}`)
        : scope([type, input], `${words(type)}, exactly as this one`);
  }
}

function scope(key: unknown, text: string): GrantScope {
  return { key: JSON.stringify(key), text: visibleText(text) };
}

function words(type: string): string {
  return type.replaceAll('_', ' ');
}
