// Where to go after the login. Only addresses of this site: a link from elsewhere must not be able
// to send people away through our login page.

export function ownAddress(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])/.test(next) || next.startsWith("/login")) return "/";
  return next;
}
