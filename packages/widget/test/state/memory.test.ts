import { describe, expect, test } from 'vitest';
import { clampLayout, defaultLayout, readLayout, writeLayout } from '../../src/state/layout.ts';
import { createMemory, sessionKey, type KeyValueStorage } from '../../src/state/memory.ts';

function mapStorage(): KeyValueStorage & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  };
}

describe('memory', () => {
  test('remembers, forgets, and keeps to its own keys', () => {
    const storage = mapStorage();
    const memory = createMemory(() => storage);
    memory.write('layout', 'x');
    expect([...storage.entries.keys()]).toEqual(['ide-assistant:layout']);
    expect(memory.read('layout')).toBe('x');
    memory.write('layout', null);
    expect(memory.read('layout')).toBeNull();
  });

  test('remembers nothing and fails at nothing where storage is forbidden', () => {
    const memory = createMemory(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(() => memory.write('layout', 'x')).not.toThrow();
    expect(memory.read('layout')).toBeNull();
  });

  test('names a session by the address without its query, so that no token is stored', () => {
    const key = sessionKey('wss://host.example/ide/ws?token=secret', 'https://page.example/');
    expect(key).toBe('session:wss://host.example/ide/ws');
    expect(sessionKey('/ide/ws', 'https://page.example/a/b')).toBe(
      'session:https://page.example/ide/ws',
    );
  });
});

describe('layout', () => {
  test('keeps to its bounds', () => {
    expect(clampLayout({ width: 9_999, height: 1, split: 99 })).toEqual({
      width: 480,
      height: 480,
      split: 80,
    });
  });

  test.each(['not json', 'null', '[]', '{"width":"wide"}'])(
    'falls back to the defaults on %s',
    (text) => {
      const storage = mapStorage();
      storage.setItem('ide-assistant:layout', text);
      expect(readLayout(createMemory(() => storage))).toEqual(defaultLayout);
    },
  );

  test('comes back as it was written', () => {
    const memory = createMemory(mapStorageOnce());
    writeLayout(memory, { width: 400, height: 600, split: 55 });
    expect(readLayout(memory)).toEqual({ width: 400, height: 600, split: 55 });
  });
});

function mapStorageOnce(): () => KeyValueStorage {
  const storage = mapStorage();
  return () => storage;
}
