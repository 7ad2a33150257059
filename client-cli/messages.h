// Everything the client says to people, in Vietnamese and English, from one table.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "nhip/status.h"

namespace nhip::cli {

enum class Language { kVietnamese, kEnglish };

// `flag` is the value of --lang, or empty for the locale: LC_ALL, LC_MESSAGES, LANG in this order.
Language choose_language(std::string_view flag);

enum class Message {
  // What each command and option does, for --help.
  kProgram,
  kCommands,
  kOptions,
  kPositionals,
  kUsage,
  kHelpEnrol,
  kHelpPut,
  kHelpEdit,
  kHelpRm,
  kHelpUndelete,
  kHelpGet,
  kHelpList,
  kHelpImport,
  kHelpExport,
  kHelpSync,
  kHelpStatus,
  kHelpConflicts,
  kHelpResolve,
  kHelpRejected,
  kHelpWhy,
  kHelpRetry,
  kHelpHistory,
  kOptReplica,
  kOptJson,
  kOptLang,
  kOptHelp,
  kOptVersion,
  kOptType,
  kOptId,
  kOptJsonInput,
  kOptAssignments,
  kOptWhere,
  kOptFile,
  kOptFormat,
  kOptServer,
  kOptCode,
  kOptLabel,
  kOptBudget,
  kOptWatch,
  kOptOtherServer,
  kOptAll,
  kOptKeep,
  kOptValue,
  // Results.
  kSaved,
  kDeleted,
  kRestored,
  kEnrolled,
  kFirstDownloadLater,
  kUnknownField,
  kNoRecords,
  kRecordCount,
  kImportSummary,
  kImportRefusedLine,
  kImportStopped,
  kImportProgress,
  kSyncDone,
  kSyncIncomplete,
  kSyncVerified,
  kSyncNotVerified,
  kSyncNeedsPerson,
  kSyncConflicts,
  kSyncProgress,
  kWatchRetry,
  kDevice,
  kUnit,
  kRole,
  kServer,
  kPending,
  kRejected,
  kHeld,
  kOpenConflicts,
  kLastSync,
  kNever,
  kSynced,
  kBackedUp,
  kYes,
  kNo,
  kNotYet,
  kNoConflicts,
  kConflictHead,
  kConflictWinner,
  kConflictLoser,
  kConflictBase,
  kConflictSettled,
  kConflictNeedsPerson,
  kConflictCentre,
  kConflictHow,
  kResolved,
  kTrayEmpty,
  kTrayReason,
  kTrayTodoRejected,
  kTrayTodoHeld,
  kTrayTodoForbidden,
  kWhySynced,
  kWhyPending,
  kWhyDeleted,
  kWhyDeletedPending,
  kWhyRejected,
  kWhyHeld,
  kWhyConflict,
  kTodoNothing,
  kTodoSync,
  kTodoResolve,
  kTodoUndelete,
  kRetried,
  kOptDiscard,
  kVersionPending,
  kVersionCurrent,
  kVersionReplaced,
  // Errors that the client itself finds.
  kErrorWord,
  kHintWord,
  kNotEnrolled,
  kNotEnrolledHint,
  kNotAReplica,
  kNotAReplicaHint,
  kNoDataFolder,
  kNoDataFolderHint,
  kNotUtf8,
  kNotUtf8Hint,
  kBrokenJson,
  kBrokenJsonHint,
  kNoObject,
  kNoObjectHint,
  kCannotRead,
  kCannotReadHint,
  kCannotWrite,
  kUsageHint,
  kBadAssignment,
  kBadAssignmentHint,
  kBadId,
  kBadIdHint,
  kUnknownType,
  kUnknownTypeHint,
  kFormatUnknown,
  kFormatUnknownHint,
  kFormatLater,
  kFormatLaterHint,
  kKeepOrValue,
  kKeepOrValueHint,
  kCsvHeader,
  kCsvHeaderHint,
  kCsvColumns,
  kCsvQuote,
  kBadNumber,
  kBadNumberHint,
  kBadBoolean,
  kBadDate,
  kBadDateHint,
  kBadReal,
};

// The text with {0}, {1} … replaced by `values`.
std::string say(Language language, Message message,
                std::initializer_list<std::string_view> values = {});

// What a person reads of an error. English shows the engine's own words. Vietnamese has a sentence
// per name or, failing that, per code, followed by the engine's words where they name a field.
struct ErrorText {
  std::string message;
  std::string hint;
};
ErrorText describe(Language language, const Status& status);

// A status of the client's own, in the language of the person.
Status make_status(Language language, Code code, std::string_view name, Message message,
                   Message hint, std::initializer_list<std::string_view> values = {});

}  // namespace nhip::cli
