import { describe, expect, it } from 'vitest';
import { ownEntry } from '../../../../shared/usecases/own-entry.ts';
import { started } from '../../../fixtures/histories.ts';
import { createMemoryLog, TOKEN, TOKEN_HASH } from '../../../fixtures/memory-log.ts';

const log = createMemoryLog([started()]);
const INVALID = { code: 'client_token_invalid' };

describe('ownEntry', () => {
  it('answers the item to the holder of its token', async () => {
    expect(await ownEntry(TOKEN, { log })).toEqual(log.entry());
  });

  it.each([
    ['the first byte', TOKEN_HASH.with(0, 8)],
    ['the last byte', TOKEN_HASH.with(31, 8)],
    ['its length', TOKEN_HASH.slice(0, 31)],
    ['everything', new Uint8Array()],
  ])('refuses a token whose hash differs in %s', async (_name, hash) => {
    await expect(ownEntry({ ...TOKEN, hash }, { log })).rejects.toMatchObject(INVALID);
  });

  it('refuses every token for an item that only webhooks have made, and for none at all', async () => {
    const { clientTokenHash: _, ...unowned } = log.entry();
    for (const entry of [unowned, undefined]) {
      const found = { ...log, find: async () => entry };
      await expect(ownEntry(TOKEN, { log: found })).rejects.toMatchObject(INVALID);
    }
  });
});
