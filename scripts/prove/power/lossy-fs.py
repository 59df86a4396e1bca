"""A file system that forgets what was not fsynced: a power cut on demand.

    lossy-fs.py BACKING MOUNTPOINT [--torn SEED]

What is written stays in memory until its file is fsynced; a name (created, renamed, removed, linked) until the
folder it is in is fsynced. Only then it reaches BACKING, which is so at any time what a disk would hold after a power
cut. That is stricter than most file systems and all that POSIX promises.

SIGUSR1 cuts the power: what is pending is dropped, or with --torn a random part of it reaches BACKING after all (some
512-byte sectors of the writes, the first few of the name changes of each folder). From then on every call fails with
EIO. Prints "mounted" and "cut", a line each. Unmounting ends it.
"""

import errno
import os
import random
import shutil
import signal
import stat
import sys
import threading
import time

from fusepy import FUSE, FuseOSError, Operations

SECTOR = 512

class Inode:
    """One file: `live` is what programs see, `path` where its durable bytes are, `pending` what lies between."""

    def __init__(self, path, live, mode):
        self.path = path
        self.live = live
        self.mode = mode
        self.pending = []
        self.links = 1
        self.mtime = time.time()

    def write(self, offset, data):
        if offset > len(self.live):
            self.live.extend(bytes(offset - len(self.live)))
        self.live[offset : offset + len(data)] = data
        self.pending.append(("write", offset, data))
        self.mtime = time.time()

    def truncate(self, length):
        if length < len(self.live):
            del self.live[length:]
        else:
            self.live.extend(bytes(length - len(self.live)))
        self.pending.append(("truncate", length))
        self.mtime = time.time()

    def sync(self):
        self.reach_disk(self.pending)
        self.pending = []

    def reach_disk(self, operations):
        if not operations:
            return
        with open(self.path, "r+b") as file:
            for kind, at, *data in operations:
                if kind == "truncate":
                    file.truncate(at)
                else:
                    file.seek(at)
                    file.write(data[0])

    def tear(self, chance):
        """The sectors of the pending writes that had made it to the disk; truncations as they come."""
        made_it = []
        for operation in self.pending:
            if operation[0] == "truncate":
                if chance.random() < 0.5:
                    made_it.append(operation)
                continue
            _, offset, data = operation
            at = 0
            while at < len(data):
                end = min(len(data), at + SECTOR - (offset + at) % SECTOR)
                if chance.random() < 0.5:
                    made_it.append(("write", offset + at, data[at:end]))
                at = end
        self.reach_disk(made_it)

class Folder:
    def __init__(self):
        self.names = {}
        self.pending = []
        self.mtime = time.time()

    def change(self, *operation):
        self.pending.append(operation)
        self.mtime = time.time()

class LossyFs(Operations):
    """Durable bytes lie in BACKING/../inodes under a number each; a durable name in BACKING is a hard link to them."""

    def __init__(self, backing, torn):
        self.backing = backing
        self.inodes = backing + ".inodes"
        self.torn = torn
        self.dead = False
        self.busy = threading.Lock()
        self.handles = {}
        self.next = 1
        shutil.rmtree(self.inodes, ignore_errors=True)
        os.mkdir(self.inodes)
        self.folders = {}
        self.load("/")

    def load(self, path):
        folder = self.folders[path] = Folder()
        for name in os.listdir(self.backing + path):
            below = os.path.join(path, name)
            real = self.backing + below
            if os.path.isdir(real):
                folder.names[name] = "folder"
                self.load(below)
            else:
                with open(real, "rb") as file:
                    live = bytearray(file.read())
                holder = self.holder()
                os.link(real, holder)
                folder.names[name] = Inode(holder, live, stat.S_IMODE(os.stat(real).st_mode))

    def holder(self):
        self.next += 1
        return os.path.join(self.inodes, str(self.next))

    def __call__(self, name, *arguments):
        with self.busy:
            if self.dead and name not in ("init", "destroy"):
                raise FuseOSError(errno.EIO)
            if not hasattr(self, name):
                raise FuseOSError(errno.EFAULT)
            return getattr(self, name)(*arguments)

    def cut(self):
        with self.busy:
            self.dead = True
            if self.torn is not None:
                chance = random.Random(self.torn)
                for folder in sorted(self.folders):
                    made_it = chance.randint(0, len(self.folders[folder].pending))
                    self.names_reach_disk(folder, self.folders[folder].pending[:made_it])
                for inode in self.all_inodes():
                    inode.tear(chance)

    def all_inodes(self):
        found = [node for folder in self.folders.values() for node in folder.names.values() if node != "folder"]
        return list(dict.fromkeys(found + list(self.handles.values())))

    def place(self, path):
        parent, name = os.path.split(path)
        folder = self.folders.get(parent)
        if folder is None:
            raise FuseOSError(errno.ENOENT)
        return folder, name

    def file(self, path):
        folder, name = self.place(path)
        node = folder.names.get(name)
        if node is None:
            raise FuseOSError(errno.ENOENT)
        if node == "folder":
            raise FuseOSError(errno.EISDIR)
        return node

    def names_reach_disk(self, path, operations):
        for kind, name, *what in operations:
            real = os.path.join(self.backing + path, name)
            if kind == "folder":
                os.makedirs(real, exist_ok=True)
            elif kind == "link":
                if os.path.lexists(real):
                    os.unlink(real)
                os.makedirs(os.path.dirname(real), exist_ok=True)
                os.link(what[0].path, real)
            elif kind == "unlink" and os.path.lexists(real):
                os.unlink(real)
            elif kind == "rmdir" and os.path.lexists(real):
                shutil.rmtree(real)

    # What the kernel asks for.

    def getattr(self, path, handle=None):
        if path in self.folders:
            folder = self.folders[path]
            return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2, "st_mtime": folder.mtime}
        node = self.handles[handle] if handle in self.handles else self.file(path)
        return {
            "st_mode": stat.S_IFREG | node.mode,
            "st_nlink": node.links,
            "st_size": len(node.live),
            "st_blocks": (len(node.live) + 511) // 512,
            "st_mtime": node.mtime,
        }

    def readdir(self, path, handle):
        return [".", "..", *self.folders[path].names]

    def mkdir(self, path, mode):
        folder, name = self.place(path)
        folder.names[name] = "folder"
        self.folders[path] = Folder()
        folder.change("folder", name)

    def rmdir(self, path):
        if self.folders[path].names:
            raise FuseOSError(errno.ENOTEMPTY)
        folder, name = self.place(path)
        del folder.names[name], self.folders[path]
        folder.change("rmdir", name)

    def create(self, path, mode, info=None):
        folder, name = self.place(path)
        holder = self.holder()
        open(holder, "xb").close()
        node = folder.names[name] = Inode(holder, bytearray(), stat.S_IMODE(mode))
        folder.change("link", name, node)
        return self.opened(node)

    def open(self, path, flags):
        return self.opened(self.file(path))

    def opened(self, node):
        self.next += 1
        self.handles[self.next] = node
        return self.next

    def release(self, path, handle):
        self.handles.pop(handle, None)

    def read(self, path, size, offset, handle):
        return bytes(self.handles[handle].live[offset : offset + size])

    def write(self, path, data, offset, handle):
        self.handles[handle].write(offset, data)
        return len(data)

    def truncate(self, path, length, handle=None):
        (self.handles[handle] if handle in self.handles else self.file(path)).truncate(length)

    def fsync(self, path, datasync, handle):
        self.handles[handle].sync()

    def opendir(self, path):
        return 0

    def fsyncdir(self, path, datasync, handle):
        self.names_reach_disk(path, self.folders[path].pending)
        self.folders[path].pending = []

    def unlink(self, path):
        node = self.file(path)
        folder, name = self.place(path)
        del folder.names[name]
        node.links -= 1
        folder.change("unlink", name)

    def link(self, target, source):
        node = self.file(source)
        folder, name = self.place(target)
        folder.names[name] = node
        node.links += 1
        folder.change("link", name, node)

    def rename(self, old, new):
        if old in self.folders:
            raise FuseOSError(errno.EXDEV)
        node = self.file(old)
        source, old_name = self.place(old)
        target, new_name = self.place(new)
        del source.names[old_name]
        target.names[new_name] = node
        target.change("link", new_name, node)
        source.change("unlink", old_name)

    def chmod(self, path, mode):
        if path not in self.folders:
            self.file(path).mode = stat.S_IMODE(mode)

    def chown(self, path, user, group):
        pass

    def utimens(self, path, times=None):
        pass

    def statfs(self, path):
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 1 << 24, "f_bfree": 1 << 23, "f_bavail": 1 << 23}

    def init(self, path):
        say("mounted")

def say(word):
    sys.stdout.write(word + "\n")
    sys.stdout.flush()

def main():
    backing, mountpoint = (os.path.abspath(path) for path in sys.argv[1:3])
    torn = int(sys.argv[4]) if sys.argv[3:4] == ["--torn"] else None
    fs = LossyFs(backing, torn)
    # A thread waits for the signal: the main one is inside libfuse.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})

    def await_cut():
        signal.sigwait({signal.SIGUSR1})
        fs.cut()
        say("cut")

    threading.Thread(target=await_cut, daemon=True).start()
    FUSE(fs, mountpoint, foreground=True, nothreads=True, fsname="lossy", big_writes=True, max_write=131072)

main()
