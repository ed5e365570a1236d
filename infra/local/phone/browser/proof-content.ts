/** Header and claims of a proof, without the signature. */

export function proofContent(proof: string): unknown {
  const [header = '', claims = ''] = proof.split('.');
  return { header: decode(header), claims: decode(claims), signature: '••••••' };
}

function decode(part: string): unknown {
  const bytes = Uint8Array.from(
    atob(part.replaceAll('-', '+').replaceAll('_', '/')),
    (character) => character.codePointAt(0) ?? 0,
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}
