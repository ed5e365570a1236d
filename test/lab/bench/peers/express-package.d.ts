/** The little of Express that the peers use; the package brings no types. */

declare module 'express' {
  import type { IncomingHttpHeaders, Server } from 'node:http';

  interface Request {
    // biome-ignore lint/suspicious/noExplicitAny: as samples use it, unchecked
    readonly body: any;
    readonly headers: IncomingHttpHeaders;
    readonly params: { readonly id: string };
  }
  interface Response {
    status(code: number): Response;
    json(body: unknown): void;
    sendStatus(code: number): void;
  }
  type Handler = (request: Request, response: Response) => void | Promise<void>;
  interface Application {
    use(handler: unknown): void;
    get(path: string, handler: Handler): void;
    post(path: string, handler: Handler): void;
    listen(port: number, host: string, ready: () => void): Server;
  }
  const express: {
    (): Application;
    json(): unknown;
    text(options: { readonly type: string }): unknown;
  };
  export = express;
}
