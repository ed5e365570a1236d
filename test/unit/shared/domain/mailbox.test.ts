import { describe, expect, it } from 'vitest';
import { canonicalMailbox } from '../../../../shared/domain/mailbox.ts';

describe('canonicalMailbox', () => {
  it.each([
    ['Jo@Example.ORG', 'jo@example.org'],
    ['jo+shop@example.org', 'jo@example.org'],
    ['jo+a+b@example.org', 'jo@example.org'],
    ['jo.doe@example.org', 'jo.doe@example.org'],
    ['+jo@example.org', '+jo@example.org'],
    ['J.o.D.oe+news@gmail.com', 'jodoe@gmail.com'],
    ['jo.doe@googlemail.com', 'jodoe@gmail.com'],
    ['jo_doe@gmail.com', 'jo_doe@gmail.com'],
    ['Jo.D-o_e@proton.me', 'jodoe@proton.me'],
    ['jodoe@protonmail.com', 'jodoe@proton.me'],
    ['jo.doe+x@PM.me', 'jodoe@proton.me'],
    ['jo.doe@mail.gmail.com', 'jo.doe@mail.gmail.com'],
  ])('counts %s as %s', (email, mailbox) => {
    expect(canonicalMailbox(email)).toBe(mailbox);
  });
});
