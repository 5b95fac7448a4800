import { BlockList, isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { KitError } from '../errors.ts';

/**
 * Which reverse proxies stand before the server: how many, or their addresses and networks, as
 * `['10.0.0.0/8', '::1']`. What they write into `X-Forwarded-For` is then believed.
 */
export type TrustProxy = number | readonly string[];

/** The part of a request that tells where it came from. */
export interface AddressedRequest {
  headers: IncomingHttpHeaders;
  socket?: { remoteAddress?: string | undefined } | undefined;
}

/** Tells the address of a client; null where the server cannot know it, as on a Unix socket. */
export type AddressOf = (request: AddressedRequest) => string | null;

/**
 * Makes the reader of client addresses. `X-Forwarded-For` is anybody's to write, so that it is read
 * from its right end, where the nearest proxy wrote, and only as far as there are trusted proxies.
 * An IPv4 address in an IPv6 one comes back as IPv4.
 *
 * @param trustProxy Proxies to believe. @default 0, none
 * @throws KitError `AUTH_OPTIONS` for what is neither a count nor a list of addresses and networks.
 */
export function createAddressOf(trustProxy: TrustProxy = 0): AddressOf {
  const isTrusted = typeof trustProxy === 'number' ? counted(trustProxy) : listed(trustProxy);
  return ({ headers, socket }) => {
    let address = plainAddress(socket?.remoteAddress ?? '');
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    for (let hop = 0; isTrusted(address, hop); hop += 1) {
      const before = plainAddress(forwarded.pop() ?? '');
      // The header ends here, or a proxy wrote something else than an address.
      if (before === null) break;
      address = before;
    }
    return address;
  };
}

/** Whether the sender of a request, so many proxies away, is a proxy to believe. */
type IsTrusted = (address: string | null, hop: number) => boolean;

function counted(count: number): IsTrusted {
  if (!Number.isInteger(count) || count < 0) {
    throw new KitError('AUTH_OPTIONS', 'trustProxy must be a count of proxies or their addresses.');
  }
  return (_address, hop) => hop < count;
}

function listed(networks: readonly string[]): IsTrusted {
  const list = new BlockList();
  for (const network of networks) addNetwork(list, network);
  return (address) => address !== null && list.check(address, familyOf(address));
}

function addNetwork(list: BlockList, network: string): void {
  const [text = '', prefix] = network.split('/', 2);
  const address = plainAddress(text);
  const bits = address !== null && isIP(address) === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (address === null || length > bits) {
    throw new KitError('AUTH_OPTIONS', `trustProxy: ${network} is no address or network.`);
  }
  list.addSubnet(address, length, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** An address without port, brackets, zone and the IPv6 coat of IPv4; null where there is none. */
function plainAddress(text: string): string | null {
  const bare = text.trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare) ?? [];
  const [, beforePort] = /^([\d.]+):\d{1,5}$/.exec(bare) ?? [];
  const [address = ''] = (bracketed ?? beforePort ?? bare).toLowerCase().split('%', 1);
  const groups = isIP(address) === 6 ? groupsOf(address) : null;
  if (groups?.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff) {
    const [high = 0, low = 0] = groups.slice(6);
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return isIP(address) === 0 ? null : address;
}

/**
 * The network that an address is counted under: an IPv4 address itself, but the first 64 bits of an
 * IPv6 one, since the rest is its user's to choose and to change with each request.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address) ?? address;
  if (isIP(plain) !== 6) return plain;
  const network = groupsOf(plain).slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** Whether an address is one of this machine's own, which no other machine can send from. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address) ?? address;
  return isIP(plain) === 4
    ? plain.startsWith('127.')
    : groupsOf(plain).join() === '0,0,0,0,0,0,0,1';
}

/** The eight 16-bit groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::', 2);
  const before = numbersOf(head);
  const after = numbersOf(tail ?? '');
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

function numbersOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
