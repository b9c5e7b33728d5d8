using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>A file of the table, as an action adds it.</summary>
/// <param name="Add">The action.</param>
/// <param name="Location">Where its data lies.</param>
internal readonly record struct LiveFile(AddFile Add, Location Location)
{
    /// <summary>See <see cref="FileKey"/>.</summary>
    public UInt128 Key { get; } = FileKey.Of(Location, Add.DeletionVector);
}
