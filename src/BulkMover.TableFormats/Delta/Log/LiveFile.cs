using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>A file of the version that is read.</summary>
/// <param name="Add">The action that says so.</param>
/// <param name="Location">Where its data lies.</param>
internal readonly record struct LiveFile(AddFile Add, Location Location);
