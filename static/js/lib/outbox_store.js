/**
 * Where the outbox keeps its items: IndexedDB, or memory where a browser refuses storage. One interface:
 * put(item), get(id), all(), remove(id), settle(id, record) (the item goes and the record, if not
 * null, is kept, in one transaction), receipts(), forget(id).
 */

const VERSION = 1;

function finished(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

function committed(transaction) {
    return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
        transaction.onerror = () => reject(transaction.error);
    });
}

/** Opens the store; rejects where storage is refused or another tab holds an older version open. */
export async function openStore({name = 'mapdialog', indexedDB = globalThis.indexedDB} = {}) {
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
        request.result.createObjectStore('waiting', {keyPath: 'id'});
        request.result.createObjectStore('receipts', {keyPath: 'id'});
    };
    const database = await finished(request);
    // A newer version of the page in another tab must be able to upgrade.
    database.onversionchange = () => database.close();

    // Strict: the promise resolves when the text is on the disk, not in a buffer of the operating system.
    const write = async (stores, work) => {
        const transaction = database.transaction(stores, 'readwrite', {durability: 'strict'});
        const done = committed(transaction);
        work(transaction);
        await done;
    };
    const read = (store, work) => finished(work(database.transaction(store, 'readonly').objectStore(store)));

    return {
        put: item => write(['waiting'], t => t.objectStore('waiting').put(item)),
        get: id => read('waiting', store => store.get(id)),
        all: () => read('waiting', store => store.getAll()),
        remove: id => write(['waiting'], t => t.objectStore('waiting').delete(id)),
        settle: (id, record) => write(['waiting', 'receipts'], t => {
            if (record) t.objectStore('receipts').put(record);
            t.objectStore('waiting').delete(id);
        }),
        receipts: () => read('receipts', store => store.getAll()),
        forget: id => write(['receipts'], t => t.objectStore('receipts').delete(id)),
        close: () => database.close(),
    };
}

/** The same without a disk: what is not sent when the page closes is lost, and the page must say so. */
export function memoryStore() {
    const waiting = new Map();
    const receipts = new Map();
    return {
        put: async item => void waiting.set(item.id, structuredClone(item)),
        get: async id => structuredClone(waiting.get(id)),
        all: async () => [...waiting.values()].map(item => structuredClone(item)),
        remove: async id => void waiting.delete(id),
        settle: async (id, record) => {
            if (record) receipts.set(record.id, structuredClone(record));
            waiting.delete(id);
        },
        receipts: async () => [...receipts.values()],
        forget: async id => void receipts.delete(id),
        close: () => {},
    };
}
