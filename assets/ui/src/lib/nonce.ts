// The dialog and menu library writes a style element of its own while something is open. The
// content security policy takes it only with the nonce of this answer.

declare global {
  var __webpack_nonce__: string | undefined;
}

export function adoptNonce(): void {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  if (meta) globalThis.__webpack_nonce__ = meta.nonce;
}
