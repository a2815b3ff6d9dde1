/** Whether something waits on this device: a draft of this consultation, or contributions that were not sent yet. */

const UNSENT = 'mapdialog-unsent';

/** What the names of a consultation's drafts begin with; a slug holds no colon. */
export const draftsOf = slug => `mapdialog-draft:${slug}:`;

export function isKept(slug) {
    try {
        return localStorage.getItem(UNSENT) !== null || Object.keys(localStorage).some(name => name.startsWith(draftsOf(slug)));
    } catch {
        return false;
    }
}

/** Leaves a note for the next visit, so that the outbox is opened before anything is touched. */
export function noteUnsent(n) {
    try {
        if (n) localStorage.setItem(UNSENT, String(n));
        else localStorage.removeItem(UNSENT);
    } catch {
        // Storage is refused: then the outbox is in memory and gone with the page.
    }
}
