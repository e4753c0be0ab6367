/**
 * For callers of the warm browser, as an init script of their own context: pages see what an
 * ordinary headed Chrome shows. Each part stands alone, changes nothing that is in order already,
 * and fails by doing nothing, since it runs before every page.
 */
(() => {
  const define = (owner, name, get) => {
    try {
      Object.defineProperty(owner, name, { get, configurable: true, enumerable: true });
    } catch { /* A page that froze it has its reasons. */ }
  };

  // True where a client attached with automation switched on.
  if (navigator.webdriver) define(Navigator.prototype, "webdriver", () => false);

  // Some Chromium has no `chrome` for pages, or none with a `runtime`.
  const chrome = globalThis.chrome ?? {};
  if (globalThis.chrome !== chrome) define(globalThis, "chrome", () => chrome);
  const runtime = { connect() {}, sendMessage() {} };
  if (!chrome.runtime) define(chrome, "runtime", () => runtime);

  // Headless, the list of plugins may be empty; every Chrome has these three and more.
  if (navigator.plugins.length === 0) {
    const plugins = ["PDF Viewer", "Chrome PDF Viewer", "Chromium PDF Viewer"].map((name) =>
      Object.create(Plugin.prototype, {
        name: { value: name, enumerable: true },
        filename: { value: "internal-pdf-viewer", enumerable: true },
        description: { value: "Portable Document Format", enumerable: true },
        length: { value: 0 },
      })
    );
    const list = Object.create(PluginArray.prototype, {
      length: { value: plugins.length },
      ...Object.fromEntries(plugins.map((plugin, at) => [at, { value: plugin, enumerable: true }])),
    });
    define(Navigator.prototype, "plugins", () => list);
  }

  // A container without a locale speaks one language or none.
  if (navigator.languages.length < 2) {
    const languages = Object.freeze(["en-US", "en"]);
    define(Navigator.prototype, "languages", () => languages);
  }

  // Where notifications are blocked for want of a desktop, the two ways to ask disagree.
  const query = Permissions.prototype.query;
  Permissions.prototype.query = function (descriptor) {
    if (descriptor?.name !== "notifications" || typeof Notification === "undefined") {
      return query.call(this, descriptor);
    }
    return query.call(this, descriptor).then((status) => {
      const state = Notification.permission === "default" ? "prompt" : Notification.permission;
      define(status, "state", () => state);
      return status;
    });
  };

  // A software renderer by the name of an ordinary card (WEBGL_debug_renderer_info).
  const NAMES = { 37445: "Intel Inc.", 37446: "Intel Iris OpenGL Engine" };
  for (const name of ["WebGLRenderingContext", "WebGL2RenderingContext"]) {
    const prototype = globalThis[name]?.prototype;
    if (prototype === undefined) continue;
    const getParameter = prototype.getParameter;
    prototype.getParameter = function (parameter) {
      return NAMES[parameter] ?? getParameter.call(this, parameter);
    };
  }

  // disable-devtool starts by itself where it finds its own attribute, and sends away whoever is slow.
  for (const owner of [Document.prototype, Element.prototype]) {
    const querySelector = owner.querySelector;
    owner.querySelector = function (selectors) {
      if (/disable-devtool-auto/i.test(String(selectors))) return null;
      return querySelector.call(this, selectors);
    };
  }
})();
