/**
 * What has been typed and not sent, kept on the device: a closed tab, a call or an empty battery loses nothing.
 *
 * A draft belongs to one writing session, which has the id and the edit token that it is sent with, and to the tab that writes
 * it: that tab holds a lock named after it (Web Locks end with the tab). A draft without a lock is of a tab that is closed.
 */
import {token} from 'mapdialog/lib/token.js';
import {uuid} from 'mapdialog/lib/uuid.js';
import {draftsOf} from 'mapdialog/citizen/kept.js';

// A page that is loaded again asks for its lock while the page before it is being closed.
const OWN_WAIT_MS = 1_000;
// A closed tab gives its lock up when the browser has taken it down, which a slow phone does after the next page is shown.
const CLOSING_WAIT_MS = 5_000;

const lockOf = id => `mapdialog-writing:${id}`;

/** @param storage for drafts, tab for the tab's own session: Storage or null where a browser refuses it; locks or null */
export function createDrafts(slug, {
    storage = safe('localStorage'), tab = safe('sessionStorage'), locks = globalThis.navigator?.locks ?? null,
} = {}) {
    const prefix = draftsOf(slug);
    const mine = `mapdialog-writing:${slug}`;
    const releases = new Map();

    function claim(id, {wait_ms = 0} = {}) {
        if (!locks || releases.has(id)) return Promise.resolve(true);
        const options = wait_ms ? {signal: AbortSignal.timeout(wait_ms)} : {ifAvailable: true};
        return new Promise(resolve => {
            locks.request(lockOf(id), options, lock => {
                resolve(lock !== null);
                return lock && new Promise(release => releases.set(id, release));
            }).catch(() => resolve(false));
        });
    }

    function read(name) {
        try {
            return JSON.parse(storage.getItem(name));
        } catch {
            return null;
        }
    }

    /** All drafts of the consultation, newest first. */
    function all() {
        const names = Object.keys(storage ?? {}).filter(name => name.startsWith(prefix));
        return names.map(read).filter(Boolean).sort((a, b) => b.saved_at - a.saved_at);
    }

    const here = id => all().find(draft => draft.id === id) ?? null;

    return {
        /** A new session: {id, token}. */
        start() {
            const session = {id: uuid(), token: token()};
            claim(session.id);
            write(tab, mine, session.id);
            return session;
        },

        /** Goes on with a session of this device; null when another tab writes it. */
        async take(id) {
            if (!await claim(id)) return null;
            write(tab, mine, id);
            return here(id);
        },

        /** This tab's draft, else the newest of a tab that is closed; null if there is none. Others stay where they are. */
        async resume() {
            const own = here(tab?.getItem(mine));
            if (own && await claim(own.id, {wait_ms: OWN_WAIT_MS})) return own;
            // Without locks nobody knows whether another tab is writing: those are offered in the list only.
            for (const draft of locks ? all() : []) {
                if (draft.id !== own?.id && await claim(draft.id)) {
                    write(tab, mine, draft.id);
                    return draft;
                }
            }
            return null;
        },

        /** Whether another tab gave up a draft within a few seconds: it was being closed, or loaded again, while this page opened. */
        async freed() {
            if (!locks) return false;
            const others = all().filter(({id}) => !releases.has(id));
            return Promise.any(others.map(({id}) => locks.request(
                lockOf(id), {signal: AbortSignal.timeout(CLOSING_WAIT_MS)}, () => true))).catch(() => false);
        },

        /** Drafts that no tab is writing, newest first. */
        async idle() {
            const locked = locks ? (await locks.query()).held.map(({name}) => name) : [];
            return all().filter(({id}) => !releases.has(id) && !locked.includes(lockOf(id)));
        },

        /** This tab writes something else; the draft stays, for the list of those that are left over. */
        leave(id) {
            if (tab?.getItem(mine) === id) tab.removeItem(mine);
            releases.get(id)?.();
            releases.delete(id);
        },

        save(draft, {now = Date.now()} = {}) {
            write(storage, prefix + draft.id, JSON.stringify({...draft, saved_at: now}));
        },

        /** The session is over: sent, or thrown away. */
        end(id) {
            storage?.removeItem(prefix + id);
            this.leave(id);
        },
    };
}

function write(storage, name, value) {
    try {
        storage?.setItem(name, value);
    } catch {
        // The storage is full: the words are still on the page.
    }
}

function safe(name) {
    try {
        return globalThis[name];
    } catch {
        return null;
    }
}
