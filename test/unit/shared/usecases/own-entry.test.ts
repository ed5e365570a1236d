import { describe, expect, it, vi } from 'vitest';
import { ownEntry } from '../../../../shared/usecases/own-entry.ts';
import { createMemoryLog, TOKEN, TOKEN_HASH } from '../../../fixtures/memory-log.ts';

describe('ownEntry', () => {
  it('answers the item to the holder of its token', async () => {
    const log = createMemoryLog('started');
    expect(await ownEntry(TOKEN, { log })).toEqual(log.entry());
  });

  const { clientTokenHash: _, ...unowned } = createMemoryLog('started').entry();
  const owned = { ...unowned, clientTokenHash: TOKEN_HASH };
  it.each([
    ['a token that differs in the first byte', TOKEN_HASH.with(0, 8), owned],
    ['a token that differs in the last byte', TOKEN_HASH.with(31, 8), owned],
    ['a shorter token', TOKEN_HASH.slice(0, 31), owned],
    ['an empty token', new Uint8Array(), owned],
    ['every token for an item that only webhooks have made', TOKEN_HASH, unowned],
    ['every token where no item is', TOKEN_HASH, undefined],
  ])('refuses %s', async (_what, hash, entry) => {
    const log = createMemoryLog('started');
    vi.spyOn(log, 'find').mockResolvedValue(entry);
    const asked = ownEntry({ ...TOKEN, hash }, { log });
    await expect(asked).rejects.toMatchObject({ code: 'client_token_invalid' });
  });
});
