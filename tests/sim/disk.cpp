// A VFS around SQLite's own, the default of this process. It forwards everything; only what changes
// a file asks the file's Disk first.
#include "sim/disk.h"

#include <sqlite3.h>

#include <cstring>
#include <vector>

namespace nhip::sim {

namespace {

std::vector<Disk*>& disks() {
  static std::vector<Disk*> all;
  return all;
}

Disk* disk_of(const char* path) {
  if (path == nullptr) return nullptr;
  for (Disk* disk : disks()) {
    if (std::strncmp(path, disk->prefix().c_str(), disk->prefix().size()) == 0) return disk;
  }
  return nullptr;
}

sqlite3_vfs* real() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  return vfs;
}

// The real file stands right behind this one in the memory that SQLite gives.
struct File {
  sqlite3_file base;
  Disk* disk;
};

File* mine(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* theirs(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(mine(file) + 1); }

int do_close(sqlite3_file* file) { return theirs(file)->pMethods->xClose(theirs(file)); }
int do_read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  return theirs(file)->pMethods->xRead(theirs(file), out, size, at);
}
int do_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  bool half = false;
  const int code = mine(file)->disk ? mine(file)->disk->next_write(false, half) : SQLITE_OK;
  if (half) (void)theirs(file)->pMethods->xWrite(theirs(file), bytes, size / 2, at);
  if (code != SQLITE_OK) return code;
  return theirs(file)->pMethods->xWrite(theirs(file), bytes, size, at);
}
int do_truncate(sqlite3_file* file, sqlite3_int64 size) {
  bool half = false;
  const int code = mine(file)->disk ? mine(file)->disk->next_write(false, half) : SQLITE_OK;
  if (code != SQLITE_OK) return code;
  return theirs(file)->pMethods->xTruncate(theirs(file), size);
}
int do_sync(sqlite3_file* file, int) {
  bool half = false;
  return mine(file)->disk ? mine(file)->disk->next_write(true, half) : SQLITE_OK;
}
int do_size(sqlite3_file* file, sqlite3_int64* size) {
  return theirs(file)->pMethods->xFileSize(theirs(file), size);
}
int do_lock(sqlite3_file* file, int level) {
  return theirs(file)->pMethods->xLock(theirs(file), level);
}
int do_unlock(sqlite3_file* file, int level) {
  return theirs(file)->pMethods->xUnlock(theirs(file), level);
}
int do_check_lock(sqlite3_file* file, int* held) {
  return theirs(file)->pMethods->xCheckReservedLock(theirs(file), held);
}
int do_control(sqlite3_file* file, int operation, void* argument) {
  return theirs(file)->pMethods->xFileControl(theirs(file), operation, argument);
}
int do_sector(sqlite3_file* file) { return theirs(file)->pMethods->xSectorSize(theirs(file)); }
int do_traits(sqlite3_file* file) {
  return theirs(file)->pMethods->xDeviceCharacteristics(theirs(file));
}
int do_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return theirs(file)->pMethods->xShmMap(theirs(file), page, size, extend, out);
}
int do_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return theirs(file)->pMethods->xShmLock(theirs(file), offset, count, flags);
}
void do_shm_barrier(sqlite3_file* file) { theirs(file)->pMethods->xShmBarrier(theirs(file)); }
int do_shm_unmap(sqlite3_file* file, int remove) {
  return theirs(file)->pMethods->xShmUnmap(theirs(file), remove);
}

const sqlite3_io_methods kMethods = {
    2,           do_close,       do_read,       do_write,   do_truncate, do_sync,   do_size,
    do_lock,     do_unlock,      do_check_lock, do_control, do_sector,   do_traits, do_shm_map,
    do_shm_lock, do_shm_barrier, do_shm_unmap,  nullptr,    nullptr};

int do_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  mine(file)->disk = disk_of(name);
  const int code = real()->xOpen(real(), name, theirs(file), flags, out_flags);
  if (code == SQLITE_OK) file->pMethods = &kMethods;
  return code;
}

int do_delete(sqlite3_vfs*, const char* name, int sync) {
  Disk* disk = disk_of(name);
  bool half = false;
  const int code = disk ? disk->next_write(false, half) : SQLITE_OK;
  return code != SQLITE_OK ? code : real()->xDelete(real(), name, sync);
}

// The vfs is the default before the first database is opened.
void install() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *real();
    made.pNext = nullptr;
    made.zName = "nhip-sim";
    made.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
    made.xOpen = do_open;
    made.xDelete = do_delete;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 1);
  (void)registered;
}

}  // namespace

Disk::Disk(std::string prefix) : prefix_(std::move(prefix)) {
  install();
  disks().push_back(this);
}

Disk::~Disk() {
  auto& all = disks();
  for (auto at = all.begin(); at != all.end(); ++at) {
    if (*at != this) continue;
    all.erase(at);
    return;
  }
}

void Disk::arm(Trouble trouble, std::int64_t writes_left) {
  trouble_ = trouble;
  left_ = writes_left;
  came_ = false;
}

bool Disk::disarm() {
  trouble_ = Trouble::kNone;
  return came_;
}

int Disk::next_write(bool is_flush, bool& half) {
  if (dead_) return is_flush ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
  if (trouble_ == Trouble::kNone || left_-- > 0) return SQLITE_OK;
  if (trouble_ == Trouble::kFull) {
    // A failed flush would leave it open whether the transaction happened; only writes fail.
    if (is_flush) return SQLITE_OK;
    came_ = true;
    trouble_ = Trouble::kNone;
    return SQLITE_FULL;
  }
  came_ = true;
  dead_ = true;
  half = !is_flush;
  return is_flush ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
}

}  // namespace nhip::sim
