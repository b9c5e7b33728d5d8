using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>A file of the table.</summary>
/// <param name="Object">Where it lies, and its length.</param>
/// <param name="Path">Its path below the directory that was asked for.</param>
internal sealed record ParquetFile(StoredObject Object, string Path);
