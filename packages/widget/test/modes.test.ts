import { describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ModeChangeEvent } from '../src/element.ts';
import { approval } from './support/samples.ts';
import { cleanUp, focused, mount, sizes } from './support/mount.ts';

cleanUp();

const launcher = () => page.getByRole('button', { name: /Open assistant/ });
const message = () => page.getByRole('textbox', { name: 'Message' });

describe('minimized', () => {
  test('is a launcher of 48 px that says how the connection is', async () => {
    await mount();
    await expect.element(launcher()).toHaveAccessibleName('Open assistant, Connected');
    const box = launcher().element().getBoundingClientRect();
    expect([box.width, box.height]).toEqual([48, 48]);
  });

  test('counts what waits for the person', async () => {
    const { client } = await mount();
    await expect.element(launcher()).toHaveAccessibleName('Open assistant, Connected');
    client.deliver('approval_required', approval());
    await expect.element(launcher()).toHaveAccessibleName('Open assistant, Connected, 1 waiting');
  });

  test('opens by Enter and puts the cursor into the message', async () => {
    const { element } = await mount();
    element.focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(focused()).toBe(message().element()));
    expect(element.mode).toBe('expanded');
    expect(element.getAttribute('mode')).toBe('expanded');
  });

  test('puts nothing else on the page', async () => {
    const { element } = await mount();
    expect(element.getBoundingClientRect().width).toBe(0);
    expect(document.elementFromPoint(10, 10)?.closest('ide-assistant')).toBeNull();
  });
});

describe('expanded', () => {
  test('is 320 by 480 and does not take the focus of a page that loads with it', async () => {
    const input = document.body.appendChild(document.createElement('input'));
    input.focus();
    await mount({ mode: 'expanded' });
    await expect.element(message()).toBeVisible();
    const box = page.getByRole('dialog', { name: 'Assistant' }).element().getBoundingClientRect();
    expect([box.width, box.height]).toEqual([320, 480]);
    expect(document.activeElement).toBe(input);
    input.remove();
  });

  test('is resized by the arrow keys and remembers it', async () => {
    const { element, client } = await mount({ mode: 'expanded' });
    const grip = page.getByRole('button', { name: 'Resize panel' });
    await expect.element(grip).toBeInTheDocument();
    (grip.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowLeft}{ArrowUp}');
    const size = () => {
      const box = page.getByRole('dialog', { name: 'Assistant' }).element().getBoundingClientRect();
      return [box.width, box.height];
    };
    await vi.waitFor(() => expect(size()).toEqual([336, 496]));
    element.remove();
    await mount({ mode: 'expanded' }, client);
    await expect.element(message()).toBeVisible();
    await vi.waitFor(() => expect(size()).toEqual([336, 496]));
  });

  test('leads to the canvas and to the launcher, and tells of it', async () => {
    const { element } = await mount({ mode: 'expanded' });
    const changes: string[] = [];
    element.addEventListener('ida-mode-change', (event: ModeChangeEvent) =>
      changes.push(`${event.previous} to ${event.mode}`),
    );
    await page.getByRole('button', { name: 'Open canvas' }).click();
    await page.getByRole('button', { name: 'Back to panel' }).click();
    await page.getByRole('button', { name: 'Minimize' }).click();
    await vi.waitFor(() => expect(focused()).toBe(launcher().element()));
    expect(changes).toEqual(['expanded to canvas', 'canvas to expanded', 'expanded to minimized']);
  });

  test('keeps the draft through every mode', async () => {
    const { element } = await mount({ mode: 'expanded' });
    await message().fill('half a thought');
    element.mode = 'canvas';
    await expect.element(page.getByRole('button', { name: 'Back to panel' })).toBeVisible();
    await expect.element(message()).toHaveValue('half a thought');
    element.mode = 'minimized';
    await expect.element(launcher()).toBeVisible();
    element.mode = 'expanded';
    await expect.element(message()).toHaveValue('half a thought');
  });
});

describe('canvas', () => {
  test('covers the page with 40 % chat beside the code', async () => {
    await mount({ mode: 'canvas' });
    const separator = page.getByRole('separator', { name: 'Resize chat and code' });
    await expect.element(separator).toHaveAttribute('aria-valuenow', '40');
    const box = page.getByRole('dialog', { name: 'Assistant' }).element().getBoundingClientRect();
    expect([box.width, box.height]).toEqual([...sizes.wide]);
    expect(separator.element().getBoundingClientRect().left).toBeCloseTo(0.4 * 1280, -1);
  });

  test('moves its separator by arrow keys, and back by a double click', async () => {
    await mount({ mode: 'canvas' });
    const separator = page.getByRole('separator', { name: 'Resize chat and code' });
    await expect.element(separator).toBeVisible();
    (separator.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.element(separator).toHaveAttribute('aria-valuenow', '44');
    await userEvent.keyboard('{Home}');
    await expect.element(separator).toHaveAttribute('aria-valuenow', '20');
    separator.element().dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    await expect.element(separator).toHaveAttribute('aria-valuenow', '40');
  });

  test('leaves the inner layer on Escape, then the canvas, then the panel', async () => {
    const { element } = await mount({ mode: 'canvas' });
    await expect.element(page.getByRole('button', { name: 'Files' }).first()).toBeVisible();
    await userEvent.keyboard('{Control>}b{/Control}');
    await expect.element(page.getByRole('button', { name: 'New folder' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('button', { name: 'New folder' })).not.toBeInTheDocument();
    expect(element.mode).toBe('canvas');
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(element.mode).toBe('expanded'));
    await vi.waitFor(() => expect(focused()).toBe(message().element()));
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(element.mode).toBe('minimized'));
    await vi.waitFor(() => expect(focused()).toBe(launcher().element()));
  });

  test('is one column of tabs below 720 px', async () => {
    await mount({ mode: 'canvas' }, undefined, sizes.narrow);
    await expect
      .element(page.getByRole('tab', { name: 'Chat' }))
      .toHaveAttribute('aria-selected', 'true');
    await expect.element(page.getByRole('separator')).not.toBeInTheDocument();
    await page.getByRole('tab', { name: 'Code' }).click();
    await expect.element(message()).not.toBeInTheDocument();
    await expect.element(page.getByText('No file is open')).toBeVisible();
  });
});

describe('the page around it', () => {
  test('sees none of the keys typed into it', async () => {
    await mount({ mode: 'expanded' });
    const keys: string[] = [];
    const listen = (event: KeyboardEvent) => keys.push(event.key);
    document.addEventListener('keydown', listen);
    await message().click();
    await userEvent.keyboard('jk/');
    document.removeEventListener('keydown', listen);
    expect(keys).toEqual([]);
  });

  test('keeps its own shortcuts while the focus is outside', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await expect.element(message()).toBeVisible();
    (document.activeElement as HTMLElement | null)?.blur();
    const prevented: boolean[] = [];
    const listen = (event: KeyboardEvent) => prevented.push(event.defaultPrevented);
    document.addEventListener('keydown', listen);
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 's', ctrlKey: true, bubbles: true, cancelable: true }),
    );
    document.removeEventListener('keydown', listen);
    expect(prevented).toEqual([false]);
    expect(client.sent.some((request) => request.type === 'file_save')).toBe(false);
  });

  test('turns the assistant dark with itself', async () => {
    const { element } = await mount({ mode: 'expanded' });
    await expect.element(message()).toBeVisible();
    const root = element.shadowRoot!.querySelector('.root')!;
    expect(getComputedStyle(root).colorScheme).toBe('light');
    document.documentElement.style.colorScheme = 'dark';
    await vi.waitFor(() => expect(getComputedStyle(root).colorScheme).toBe('dark'));
    element.theme = 'light';
    await vi.waitFor(() => expect(getComputedStyle(root).colorScheme).toBe('light'));
  });

  test('loads nothing from anywhere else', async () => {
    await mount({ mode: 'canvas' });
    await expect.element(page.getByText('No file is open')).toBeVisible();
    const foreign = performance
      .getEntriesByType('resource')
      .filter((entry) => new URL(entry.name).origin !== location.origin)
      .map((entry) => entry.name);
    expect(foreign).toEqual([]);
  });
});

test('a session is remembered by its address, and the token is not', async () => {
  localStorage.setItem('ide-assistant:session:wss://127.0.0.1:1/ide/ws', 's_old');
  const urls: string[] = [];
  class RecordingSocket extends EventTarget {
    constructor(url: string | URL) {
      super();
      urls.push(String(url));
    }
    close() {}
    send() {}
  }
  vi.stubGlobal('WebSocket', RecordingSocket);
  const element = document.createElement('ide-assistant');
  element.url = 'wss://127.0.0.1:1/ide/ws';
  element.token = 'top-secret-token';
  document.body.append(element);
  await vi.waitFor(() => expect(urls).toHaveLength(1));
  vi.unstubAllGlobals();
  expect(new URL(urls[0]!).searchParams.get('session')).toBe('s_old');
  expect(urls[0]).not.toContain('top-secret-token');
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain('top-secret-token');
});

test('a second registration of the name does no harm', async () => {
  const { defineOnce } = await import('../src/define.ts');
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  class Other extends HTMLElement {
    static readonly version = '9.9.9';
  }
  expect(() => defineOnce('ide-assistant', Other)).not.toThrow();
  expect(warn).toHaveBeenCalledOnce();
  expect(customElements.get('ide-assistant')).not.toBe(Other);
  warn.mockRestore();
});
