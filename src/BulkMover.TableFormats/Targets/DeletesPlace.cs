using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Targets;

/// <summary>Where the deleted rows of a data file are written.</summary>
/// <param name="Store">The store.</param>
/// <param name="Root">The table's directory.</param>
/// <param name="Directory">Below it: <see cref="ITableFormat.FilesDirectory"/>. The file lies in it, at any depth.</param>
/// <param name="DataFile">Path of the data file below the table's directory; no other file ever has it, so that a name made of it is no other's.</param>
internal sealed record DeletesPlace(IWritableStore Store, Location Root, string Directory, string DataFile);
